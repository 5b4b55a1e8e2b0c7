"""From the framework's own refusals to ours: every bad request is one of our errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from siyaq.core.errors import SiyaqError, UsageError
from siyaq.serve import asking, errors

_MODELS: Mapping[tuple[str, ...], tuple[type[BaseModel], ...]] = {
    ("body",): (asking.AskBody,),
    ("body", "filters"): (asking.FilterBody,),
    ("body", "history"): (asking.TurnBody,),
    ("query",): (asking.SearchParameters, asking.LiveParameters, asking.IngestParameters),
}
"""Which model a field's place belongs to, to find the name that was meant."""

_RANGE_TYPES = frozenset(
    {
        "greater_than_equal",
        "less_than_equal",
        "too_long",
        "too_short",
        "string_too_long",
        "string_too_short",
    }
)


def from_validation(error: RequestValidationError) -> SiyaqError:
    """Return the first thing that is wrong with a request's body or parameters."""
    first: Mapping[str, object] = error.errors()[0]
    kind = str(first["type"])
    place = first["loc"]
    assert isinstance(place, Sequence)
    message = str(first["msg"])
    message = message[:1].lower() + message[1:]
    if kind == "json_invalid":
        return errors.MalformedJson("body is not JSON")
    if tuple(place) == ("body",):
        return _whole_body(kind, message, first.get("input"))
    field = ".".join(str(part) for part in place[1:])
    if kind == "extra_forbidden":
        return errors.UnknownField(f"unknown field {field!r}", hint=_nearest(place))
    if kind == "missing":
        return errors.MissingField(f"field {field!r} is required")
    if kind == "bad_time":
        return errors.BadTime(f"field {field!r}: {message}")
    if kind in _RANGE_TYPES:
        return errors.OutOfRange(f"field {field!r}: {message}")
    return errors.BadField(f"field {field!r}: {message}")


def _whole_body(kind: str, message: str, body: object) -> SiyaqError:
    if kind == "missing":
        return errors.MissingField("body is empty", hint='send {"question": "..."} as JSON')
    if kind == "value_error":  # it is an object, and breaks a rule of its own
        return errors.BadField(message.removeprefix("value error, "))
    if isinstance(body, bytes):
        return errors.UnsupportedMedia(
            "body must be JSON", hint="send 'Content-Type: application/json'"
        )
    return errors.BadField("body must be a JSON object")


def _nearest(place: Sequence[object]) -> str:
    parents = tuple(str(part) for part in place[:-1] if not isinstance(part, int))
    known = {name for model in _MODELS.get(parents, ()) for name in model.model_fields}
    close = get_close_matches(str(place[-1])[:100], sorted(known), n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}?" if close else f"known: {', '.join(sorted(known))}"


def from_http(error: HTTPException) -> SiyaqError:
    """Return a refusal of the router or of the body reader."""
    if error.status_code == 404:
        return errors.NoSuchRoute("nothing lives at this path")
    if error.status_code == 405:
        return errors.MethodNotAllowed("this path does not take this method")
    if isinstance(error.__cause__, RecursionError):
        return errors.TooDeep("body is nested too deeply")
    if isinstance(error.__cause__, UnicodeDecodeError):
        return errors.MalformedJson("body is not UTF-8")
    return UsageError("request cannot be read")
