"""The span at hand: told of what is done, handed down to what is done for it.

Without a tracer there is `NOTHING`, which takes everything and costs a look-up.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager
from contextvars import ContextVar
from typing import Literal, TypeVar

T = TypeVar("T")

Attributes = Mapping[str, str | int | float | bool | Sequence[str]]
"""What a span says of itself, by OpenTelemetry's names where it has one, else by `siyaq.`'s."""

Kind = Literal["internal", "server", "client"]


class Span:
    """A stretch of work that nobody wants to hear of; and what every other one can do."""

    def child(self, name: str, attributes: Attributes, kind: Kind = "internal") -> Span:
        """Begin a span within this one."""
        return NOTHING

    def set(self, attributes: Attributes) -> None:
        """Say more of it."""

    def named(self, name: str) -> None:
        """Call it otherwise than it was begun as."""

    def failed(self, kind: str) -> None:
        """Say that it failed, by the kind of error alone: what an error says may quote a text."""

    def headers(self) -> Mapping[str, str]:
        """Return the headers that hand it on to another server (W3C Trace Context)."""
        return {}

    def end(self) -> None:
        """Say that it is over."""


NOTHING = Span()
_current: ContextVar[Span] = ContextVar("siyaq_span", default=NOTHING)


def current() -> Span:
    """Return the span of the work that runs now; in threads that it started, too."""
    return _current.get()


class Tracer:
    """Begins spans: of this class, none."""

    def begin(
        self,
        name: str,
        attributes: Attributes | None = None,
        kind: Kind = "internal",
        traceparent: str = "",
    ) -> Span:
        """Begin a span within the one at hand, else within a caller's, else a trace of its own."""
        here = current()
        if here is not NOTHING:
            return here.child(name, attributes or {}, kind)
        return self.root(name, attributes or {}, kind, traceparent)

    def root(self, name: str, attributes: Attributes, kind: Kind, traceparent: str) -> Span:
        """Begin a span within none of ours; `traceparent` is as another server sent it."""
        return NOTHING


@contextmanager
def span(
    name: str, attributes: Attributes | None = None, kind: Kind = "internal"
) -> Iterator[Span]:
    """Do the block as a span within the one at hand; where there is none, just do it.

    The block may not yield to a consumer: that one's work would become part of it (`streamed`).
    """
    with during(current().child(name, attributes or {}, kind)) as begun:
        yield begun


@contextmanager
def during(begun: Span) -> Iterator[Span]:
    """Do the block as a span that was begun: at hand in it, ended with it. It may not yield."""
    with ended(begun), at_hand(begun):
        yield begun


@contextmanager
def ended(begun: Span) -> Iterator[Span]:
    """End a span with the block, as failed where an error leaves it."""
    try:
        yield begun
    except Exception as error:
        begun.failed(kind_of(error))
        raise
    finally:
        begun.end()


@contextmanager
def at_hand(begun: Span) -> Iterator[None]:
    """Let a span be the one at hand in the block."""
    before = _current.get()
    _current.set(begun)
    try:
        yield
    finally:
        _current.set(before)  # by value: a stream may be closed in another task than it began in


async def streamed(begun: Span, items: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
    """Yield what a stream yields: a span is at hand while it works, and ends with it."""
    with ended(begun):
        async with aclosing(items):
            while True:
                with at_hand(begun):
                    try:
                        item = await anext(items)
                    except StopAsyncIteration:
                        return
                yield item


def kind_of(error: BaseException) -> str:
    """Return the kind of an error: its stable code where it is one of ours."""
    code = getattr(error, "code", None)
    return code if isinstance(code, str) and code else type(error).__name__
