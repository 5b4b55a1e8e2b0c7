"""Every metric but those of HTTP."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from siyaq.obs.sources import SourceMetrics

_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)


class Metrics:
    """Every metric siyaq exports, in a registry of its own. Labels come from closed sets."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=True)
        self.readings = Counter(
            "siyaq_readings",
            "Readings of things: new, known, late (or from the future), beyond the most series",
            ["outcome"],
            registry=self.registry,
        )
        self.sources = SourceMetrics()
        self.registry.register(self.sources)
        self.posts = Counter(
            "siyaq_log_posts",
            "Posts made durable, by what they were",
            ["op"],  # created, updated, deleted, unchanged, stale
            registry=self.registry,
        )
        self.log_seq = Gauge("siyaq_log_seq", "Newest place in the log", registry=self.registry)
        self.words_lag = Gauge(
            "siyaq_index_words_lag_posts",
            "Log entries not yet searchable by word",
            registry=self.registry,
        )
        self.vectors_lag = Gauge(
            "siyaq_index_vectors_lag_posts",
            "Log entries not yet searchable by meaning",
            registry=self.registry,
        )
        self.vectors_approximate = Gauge(
            "siyaq_index_vectors_approximate_posts",
            "Log entries searchable by a vector that is only near so far",
            registry=self.registry,
        )
        self.seconds = Histogram(
            "siyaq_product_seconds",
            "Time to serve one call",
            ["call"],  # search, ask, context
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.answers = Counter(
            "siyaq_grounding_answers",
            "Answers given, by status and reason",
            ["status", "reason"],
            registry=self.registry,
        )
        self.unkept_answers = Counter(
            "siyaq_grounding_unkept_answers",
            "Answers that were given and could not be kept for later",
            registry=self.registry,
        )
        self.cards = Counter(
            "siyaq_context_cards",
            "Cards that were given, remembered or built",
            ["how"],
            registry=self.registry,
        )
        self.pictures = Counter(
            "siyaq_context_pictures",
            "Pictures that were looked at, given or fetched, and those that could not be",
            ["how"],
            registry=self.registry,
        )
        self.quotas = Counter(
            "siyaq_access_quota_calls",
            "Calls of keys with a limit: admitted, or refused for requests, tokens or seconds",
            ["outcome"],
            registry=self.registry,
        )
        self.alerts = Counter(
            "siyaq_watch_changes",
            "Changes of answers to saved questions that raised an alert, by kind",
            ["change"],
            registry=self.registry,
        )
        self.deliveries = Counter(
            "siyaq_watch_deliveries",
            "Attempts to hand over an alert: sent, waiting for another, failed for good",
            ["way", "outcome"],
            registry=self.registry,
        )
        self.lost_card_versions = Counter(
            "siyaq_context_lost_card_versions",
            "Cards that could not be compared with what they said before",
            registry=self.registry,
        )
        self.model_sentences = Counter(
            "siyaq_grounding_model_sentences",
            "Sentences that models proposed, shown or refused and why; failed: a model broke off",
            ["outcome"],
            registry=self.registry,
        )
        self.model_waiting = Gauge(
            "siyaq_models_waiting", "Answers that wait for a model's time", registry=self.registry
        )
        self.model_wait = Histogram(
            "siyaq_models_wait_seconds",
            "Time that answers waited for a model's time",
            buckets=(0.01, 0.1, 0.5, 1, 2, 5, 10, 30, 60),
            registry=self.registry,
        )
        self.model_gave_up = Counter(
            "siyaq_models_gave_up",
            "Answers that were quoted because a model's time did not come",
            registry=self.registry,
        )
        self.cpu_seconds = Counter(
            "siyaq_bill_cpu_seconds", "Processor seconds of calls", ["call"], registry=self.registry
        )
        self.gpu_seconds = Counter(
            "siyaq_bill_gpu_seconds",
            "Graphics card seconds of calls",
            ["call"],
            registry=self.registry,
        )
        self.joules = Counter(
            "siyaq_bill_joules",
            "Energy of calls, by where the figure comes from",
            ["call", "source"],
            registry=self.registry,
        )
        self.tokens = Counter(
            "siyaq_bill_tokens",
            "Tokens that models read and wrote",
            ["call", "direction"],  # input, output
            registry=self.registry,
        )
        self.bytes = Counter(
            "siyaq_bill_bytes", "Bytes read for calls", ["call"], registry=self.registry
        )
        self.usd = Counter(
            "siyaq_bill_usd", "What calls cost by the set prices", ["call"], registry=self.registry
        )
        self.feed_usd = Counter(
            "siyaq_bill_feed_usd",
            "What platforms charge for the posts taken, by the set prices",
            ["source"],
            registry=self.registry,
        )
        self.spans = Counter(
            "siyaq_traces_spans",
            "Spans made, sent, and lost on the way; the rest waits, or left a full queue",
            ["outcome"],
            registry=self.registry,
        )
        self.live_dropped = Counter(
            "siyaq_live_dropped_posts",
            "Live posts not sent to a subscriber who read too slowly",
            registry=self.registry,
        )
