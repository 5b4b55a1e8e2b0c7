"""Which models there are, which one answers, and getting more of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from siyaq.config import Config
from siyaq.core.errors import UsageError
from siyaq.core.reports import ModelAtHand
from siyaq.models import EXTRACTIVE, BuiltinEmbedder, Catalog, E5Embedder, Entry, Shelf
from siyaq.models import pull as pull_weights

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")


def shelf(config: Config) -> Shelf:
    """Return the chat models of a configuration, to be closed by the caller."""
    return Shelf(
        config.models_directory,
        threads=config.model_threads,
        context_tokens=config.model_context_tokens,
        stall_seconds=config.model_stall_seconds,
    )


def listed(config: Config) -> list[ModelAtHand]:
    """List the models at hand: the extractive answer, what was pulled or named, the embedder."""
    catalog = Catalog.open(config.models_directory)
    quotes = "quotes what posts say; no model is involved"
    return [
        ModelAtHand(EXTRACTIVE, "answers", quotes, catalog.default == EXTRACTIVE, "well"),
        *(
            ModelAtHand(entry.name, "answers", _about(entry), entry.name == catalog.default)
            for entry in catalog.entries.values()
        ),
        ModelAtHand(BuiltinEmbedder().name, "vectors", "built in; 16 languages", state="well"),
        *_reranking(config),
    ]


def _reranking(config: Config) -> list[ModelAtHand]:
    if not config.reranker:
        return []
    with E5Embedder() as embedder:
        about = "reads the best of what is found a second time; 100 languages"
        return [ModelAtHand(embedder.name, "reranking", about, state="well")]


def resolve(config: Config, name: str) -> str:
    """Return the model meant by a name, "" being the default. Raises QueryError."""
    return Catalog.open(config.models_directory).resolve(name)


def pull(
    config: Config, source: str, *, name: str, sha256: str, on_bytes: Callable[[int, int], None]
) -> Entry:
    """Get weights, checked, and add them to the list. Raises as `models.pull` does."""
    before = Catalog.open(config.models_directory)
    after = pull_weights(before, source, name=name, sha256=sha256, on_bytes=on_bytes)
    after.save()
    (added,) = (one for one in after.entries.values() if before.entries.get(one.name) is not one)
    return added


def use(config: Config, name: str, *, model: str, key_env: str) -> str:
    """Make a model the default and return its name; a server's URL adds the server first.

    Raises QueryError for an unknown name, ConfigError for a URL that cannot be one, UsageError
    for a server without the name of a model.
    """
    catalog = Catalog.open(config.models_directory)
    parts = urlsplit(name)
    if parts.scheme in ("http", "https"):
        if not model:
            raise UsageError(
                "a server has many models", hint="name one with --model, as the server calls it"
            )
        short = _NOT_IN_NAMES.sub("-", model).strip("-.")[:80]
        entry = Entry(name=f"server:{short}", kind="server", url=name, model=model, key_env=key_env)
        catalog = catalog.with_entry(entry)
        name = entry.name
    catalog = catalog.with_default(name)
    catalog.save()
    return catalog.default


def _about(entry: Entry) -> str:
    if entry.kind == "gguf":
        return f"{entry.file}, {entry.bytes / 1e6:,.0f} MB, sha256 {entry.sha256[:12]}…"
    key = f", key in {entry.key_env}" if entry.key_env else ""
    return f"{entry.model} at {urlsplit(entry.url).netloc}{key}"
