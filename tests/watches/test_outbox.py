"""Alerts on their ways out: signed, mailed, tried again, given up, never to a private address."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from datetime import timedelta
from email.header import decode_header, make_header
from pathlib import Path
from typing import TypeVar

import pytest

from siyaq.access import Links, Owners
from siyaq.core.answer import Finished, Question
from siyaq.core.errors import ConfigError, NotAuthentic, SourceUnavailable
from siyaq.core.ids import PostId
from siyaq.serve.alerts.told import Messages
from siyaq.sources.fetch import Fetcher
from siyaq.sources.webhook.signature import read_secrets, verify
from siyaq.testing.clock import FakeClock
from siyaq.testing.product import FakeProduct
from siyaq.watches import (
    Alert,
    Delivery,
    Draft,
    Mailer,
    MailServer,
    Outbox,
    WatchDesk,
    WatchStore,
    Way,
    Webhooks,
)
from siyaq.watches.outbox import DELAYS
from siyaq.watches.webhook import shown_secret

from .servers import hook_server, mail_server

Made = TypeVar("Made")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[WatchStore]:
    with closing(WatchStore(tmp_path)) as store:
        yield store


class Out:
    """One alert in the outbox of a store, by one way."""

    def __init__(
        self, store: WatchStore, directory: Path, way: Way, target: str, language: str = "en"
    ) -> None:
        self.store = store
        self.clock = FakeClock()
        self.desk = WatchDesk(store, Links(directory), now=self.clock.now)
        self.product = FakeProduct(now=self.clock.now())
        question = "كم عائلة أُجليت؟" if language == "ar" else "How many families were moved?"
        self.watch = self.desk.save("", Draft(question=question, language=language))
        answer = asyncio.run(self._answer(question))
        self.alert = Alert(
            id="a1",
            watch_id=self.watch.id,
            owner="",
            question=question,
            language=language,
            at=self.clock.now(),
            changes=("short_answer", "new_evidence"),
            answer_id=answer,
            added=2,
        )
        delivery = Delivery(
            id="d1", alert=self.alert, way=way, target=target, due_at=self.clock.now()
        )
        store.looked(
            self.watch.id,
            answer_id=answer,
            at=self.clock.now(),
            due_at=self.clock.now() + timedelta(days=9),
            known=[PostId("a:1")],
            alert=self.alert,
            deliveries=[delivery],
        )
        self.messages = Messages(self.product, Owners(None), "https://siyaq.example")

    async def _answer(self, question: str) -> str:
        async for event in self.product.ask(Question(text=question)):
            if isinstance(event, Finished):
                return event.answer.id
        raise AssertionError("it ends")

    def send(self, **ways: Callable[[Delivery], Awaitable[None]]) -> int:
        """Send what is due."""
        return asyncio.run(Outbox(self.store, ways, self.clock).send_due())  # type: ignore[arg-type]

    def post(self, allowed: str) -> int:
        """Send what is due by webhook."""

        async def sending() -> int:
            async with Fetcher(allowed_url=allowed) as fetcher:
                hooks = Webhooks(
                    fetcher, self.messages.webhook, self.desk.signing_secret, self.clock
                )
                return await Outbox(self.store, {"webhook": hooks.send}, self.clock).send_due()

        return asyncio.run(sending())

    @property
    def state(self) -> tuple[str, int, str]:
        """What became of it: state, attempts, problem."""
        (one,) = self.store.deliveries([self.alert.id])
        return one.state, one.attempts, one.problem


def test_a_webhook_gets_the_alert_with_its_answer_signed(store: WatchStore, tmp_path: Path) -> None:
    with hook_server() as hook:
        out = Out(store, tmp_path, "webhook", f"{hook.url}/alerts?a=1")
        assert out.post(hook.url) == 1
        assert out.state == ("sent", 1, "")
        assert out.post(hook.url) == 0
    ((headers, body),) = hook.posted
    told = json.loads(body)
    assert told["alert"]["id"] == "a1"
    assert told["answer"]["id"] == out.alert.answer_id
    assert "2 new posts are quoted" in told["told"]
    secrets = read_secrets(shown_secret(out.desk.signing_secret(out.watch.id)))
    verify("standard", secrets, headers, body, now=out.clock.now(), tolerance=timedelta(minutes=1))
    forged = read_secrets("whsec_" + base64.b64encode(b"x" * 32).decode())
    with pytest.raises(NotAuthentic):
        verify(
            "standard", forged, headers, body, now=out.clock.now(), tolerance=timedelta(minutes=1)
        )


def test_what_was_deleted_since_is_not_sent(store: WatchStore, tmp_path: Path) -> None:
    with hook_server() as hook:
        out = Out(store, tmp_path, "webhook", hook.url)
        out.product.kept.clear()  # it stands for an answer whose words are gone
        out.post(hook.url)
    assert json.loads(hook.posted[0][1])["answer"] is None


def test_what_fails_is_tried_again_under_its_id_and_given_up_after_a_day(
    store: WatchStore, tmp_path: Path
) -> None:
    with hook_server() as hook:
        out = Out(store, tmp_path, "webhook", hook.url)
        hook.answers = [500, 302, 404]
        waited = timedelta()
        for attempt, delay in enumerate(DELAYS[:3], start=1):
            assert out.post(hook.url) == 1
            assert out.state[:2] == ("waiting", attempt)
            assert "it answered" in out.state[2]
            assert out.post(hook.url) == 0  # not yet
            out.clock.advance(delay)
            waited += delay
        assert out.post(hook.url) == 1
        assert out.state == ("sent", 4, "")
    assert {headers["webhook-id"] for headers, _ in hook.posted} == {"d1"}


def test_an_alert_that_nobody_takes_is_given_up_and_says_why(
    store: WatchStore, tmp_path: Path
) -> None:
    async def refuses(_: Delivery) -> None:
        raise SourceUnavailable("nobody is there")

    out = Out(store, tmp_path, "webhook", "https://hook.example/")
    for delay in (*DELAYS, timedelta()):
        assert out.send(webhook=refuses) == 1
        out.clock.advance(delay)
    assert out.state == ("failed", len(DELAYS) + 1, "nobody is there")
    assert out.send(webhook=refuses) == 0


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:10.0.0.1]/",
        "http://localhost:9999/",
        "https://0x7f000001/",
    ],
)
def test_a_webhook_does_not_reach_into_our_network(
    target: str, store: WatchStore, tmp_path: Path
) -> None:
    out = Out(store, tmp_path, "webhook", target)
    out.post("http://127.0.0.1:1")
    state, attempts, problem = out.state
    assert (state, attempts) == ("waiting", 1)
    assert "not public" in problem or "is not 80" in problem


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_letter_says_what_changed_in_the_language_of_its_reader(
    language: str, store: WatchStore, tmp_path: Path
) -> None:
    with mail_server() as post:
        out = Out(store, tmp_path, "email", "desk@news.example", language)
        mailer = Mailer(MailServer.of(post.url), "siyaq@news.example", out.messages.letter)
        assert out.send(email=mailer.send) == 1
        assert out.state == ("sent", 1, "")
    (letter,) = post.letters
    subject = str(make_header(decode_header(letter["Subject"])))
    payload = letter.get_payload(decode=True)
    assert isinstance(payload, bytes)
    text = payload.decode()
    assert out.alert.question in subject
    assert letter["To"] == "desk@news.example"
    assert ("The answer changed" in subject) == (language == "en")
    assert "12" in text
    assert "https://siyaq.example/" in text


def test_a_letter_that_is_refused_waits(store: WatchStore, tmp_path: Path) -> None:
    with mail_server() as post:
        post.refusing = True
        out = Out(store, tmp_path, "email", "desk@news.example")
        mailer = Mailer(MailServer.of(post.url), "siyaq@news.example", out.messages.letter)
        out.send(email=mailer.send)
        assert out.state[:2] == ("waiting", 1)
        assert "the mail server did not take it" in out.state[2]
    out.clock.advance(DELAYS[0])
    out.send(email=mailer.send)  # it is gone altogether
    assert out.state[:2] == ("waiting", 2)


def test_a_way_that_is_not_set_up_is_said(store: WatchStore, tmp_path: Path) -> None:
    out = Out(store, tmp_path, "email", "desk@news.example")
    out.send()
    assert out.state == ("waiting", 1, "this server is not set up to send by email")


@pytest.mark.parametrize(
    "url", ["", "mail.example", "http://mail.example", "smtp://", "smtp://h:port", "smtp://h/x"]
)
def test_what_is_no_mail_server(url: str) -> None:
    with pytest.raises(ConfigError):
        MailServer.of(url)


def test_a_mail_server_is_read() -> None:
    server = MailServer.of("smtps://me%40news:p%2Fw@mail.example")
    assert server == MailServer("smtps", "mail.example", 465, "me@news", "p/w")
    assert "p/w" not in repr(server)


def test_an_alert_that_makes_a_way_fail_is_given_up_and_holds_up_no_other(
    store: WatchStore, tmp_path: Path
) -> None:
    async def fail(_: Delivery) -> None:
        raise ValueError("not a header")

    out = Out(store, tmp_path, "email", "desk@news.example")
    assert out.send(email=fail) == 1
    assert out.state == ("waiting", 1, "it could not be sent (ValueError)")
