"""What may be asked over HTTP: bodies and parameters, checked before the product sees them.

Unknown names are refused, so that a misspelled filter cannot quietly filter nothing.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from siyaq.core.answer import Question, Turn
from siyaq.core.query import Filters, Query
from siyaq.core.span import TimeRange
from siyaq.serve.errors import BadTime

_RFC3339 = re.compile(
    r"\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d))?", re.ASCII
)


def _moment(value: object) -> datetime:
    if not isinstance(value, str) or not _RFC3339.fullmatch(value):
        raise PydanticCustomError("bad_time", "time must be RFC 3339 with a zone, or a date in UTC")
    try:
        moment = datetime.fromisoformat(value.upper())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise PydanticCustomError("bad_time", "time does not exist") from error


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Moment = Annotated[
    datetime,
    BeforeValidator(_moment),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
Name = Annotated[str, Field(min_length=1, max_length=300)]
Names = Annotated[
    tuple[Name, ...],
    BeforeValidator(_listed),
    Field(max_length=50, description="one or several, any of which will do"),
]
Text = Annotated[str, Field(max_length=2_000)]


class FilterBody(BaseModel):
    """Which posts may be found at all. Times bound `placed_at`: [since, until)."""

    model_config = ConfigDict(extra="forbid")

    since: Moment | None = None
    until: Moment | None = None
    lang: Names = ()
    source: Names = ()
    author: Names = ()

    def filters(self) -> Filters:
        """Return them as the product takes them."""
        if self.since and self.until and self.since >= self.until:
            raise BadTime("since must be before until")
        return Filters(
            placed=TimeRange(self.since, self.until),
            langs=tuple(name.lower() for name in self.lang),
            sources=self.source,
            authors=tuple(name.lower().removeprefix("@") for name in self.author),
        )


class TurnBody(BaseModel):
    """One earlier turn of the conversation."""

    model_config = ConfigDict(extra="forbid")

    role: Literal["user", "assistant"]
    content: Annotated[str, Field(max_length=20_000)]


class AskBody(BaseModel):
    """A question, what was said before it, and what may be searched for it."""

    model_config = ConfigDict(extra="forbid")

    question: Annotated[str, Field(min_length=1, max_length=4_000)]
    history: Annotated[tuple[TurnBody, ...], Field(max_length=50)] = ()
    previous_response_id: Annotated[
        str, Field(max_length=200, description="the answer it goes on from, in place of history")
    ] = ""
    as_of: Moment | None = None
    filters: FilterBody = FilterBody()
    model: Annotated[str, Field(max_length=200)] = ""
    limit: Annotated[int, Field(ge=1, le=20, description="sentences at most")] = 5

    def asked(self) -> Question:
        """Return it as the product takes it."""
        return Question(
            text=self.question,
            history=tuple(Turn(role=turn.role, content=turn.content) for turn in self.history),
            previous=self.previous_response_id,
            as_of=self.as_of,
            filters=self.filters.filters(),
            model=self.model,
            limit=self.limit,
        )


class ContextBody(BaseModel):
    """What somebody met elsewhere: a text, and the moment its context is wanted of; or an address.

    An address is one of a post that is held here. It is not fetched.
    """

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(max_length=10_000)] = ""
    url: Annotated[str, Field(max_length=4_096)] = ""
    as_of: Moment | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if bool(self.text) == bool(self.url):
            raise ValueError("give a 'text' or a 'url', one of them")
        return self


class SearchParameters(FilterBody):
    """What to look for. An empty `q` gives the newest posts."""

    q: Text = ""
    k: Annotated[int, Field(ge=1, le=100, description="hits at most")] = 20

    def query(self) -> Query:
        """Return them as the product takes them."""
        return Query(text=self.q, k=self.k, filters=self.filters())


class LiveParameters(FilterBody):
    """Which new posts to send. An empty `q` sends them all."""

    q: Text = ""


class IngestParameters(BaseModel):
    """Whether the caller vouches for every `created_at`, as for an archive."""

    model_config = ConfigDict(extra="forbid")

    imported: bool = False
