"""Errors on the wire: RFC 9457 problem documents with a stable `code`.

One table says which status each error has; the code is the error's own.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping

import msgspec
from starlette.requests import HTTPConnection
from starlette.responses import Response

from siyaq.access import SignInFailed
from siyaq.core.errors import (
    AlreadyWriting,
    ConfigError,
    CorruptionError,
    DiskFull,
    ModelUnavailable,
    NotAuthentic,
    NotFound,
    Overloaded,
    QueryError,
    QuotaExhausted,
    SiyaqError,
    SourceError,
    StorageError,
    UsageError,
)
from siyaq.serve.schema import ProblemJson
from siyaq.serve.strings import catalog, language_of

logger = logging.getLogger("siyaq.serve")


class MalformedJson(UsageError):
    """A body is not JSON."""

    code = "malformed_json"


class TooDeep(UsageError):
    """A body is nested deeper than we read."""

    code = "too_deep"


class UnknownField(UsageError):
    """A field or parameter that we do not know, refused so that a typo cannot go unnoticed."""

    code = "unknown_field"


class MissingField(UsageError):
    """A field that must be there is not."""

    code = "missing_field"


class BadField(UsageError):
    """A field holds a value of the wrong kind."""

    code = "bad_field"


class BadTime(UsageError):
    """A time is not an RFC 3339 moment, or a range of times is empty."""

    code = "bad_time"


class OutOfRange(UsageError):
    """A number or a length is beyond its limits."""

    code = "out_of_range"


class TooLarge(UsageError):
    """A body is larger than we take."""

    code = "too_large"


class TooSlow(UsageError):
    """A body did not arrive in time."""

    code = "request_timeout"


class UnsupportedMedia(UsageError):
    """A body is of a media type or an encoding that we do not read."""

    code = "unsupported_media_type"


class UnsupportedFormat(UsageError):
    """An answer is asked for in a form that we do not write."""

    code = "unsupported_format"


class Unauthorized(UsageError):
    """No key, or not one of ours."""

    code = "unauthorized"
    hint = "send 'Authorization: Bearer KEY'"


class Forbidden(UsageError):
    """The key is known, and is for something else."""

    code = "forbidden"


class CrossOrigin(UsageError):
    """A page of another site tries to use this server through its reader's browser."""

    code = "cross_origin"


class UnknownHost(UsageError):
    """The request is addressed to a name that is not ours, as in DNS rebinding."""

    code = "unknown_host"
    hint = "open it as 127.0.0.1 or localhost, or add the name to serve.allowed_hosts"


class NoSuchRoute(UsageError):
    """Nothing lives at this path."""

    code = "no_such_route"
    hint = "/openapi.json lists every route"


class MethodNotAllowed(UsageError):
    """The path exists, the method does not."""

    code = "method_not_allowed"


class ShuttingDown(SiyaqError):
    """The server is going away; another try will reach its successor."""

    code = "shutting_down"


STATUS: Mapping[type[SiyaqError], int] = {
    SiyaqError: 500,
    UsageError: 400,
    ConfigError: 400,
    QueryError: 400,
    MalformedJson: 400,
    TooDeep: 400,
    Unauthorized: 401,
    CrossOrigin: 403,
    Forbidden: 403,
    NotAuthentic: 403,
    SignInFailed: 403,
    NotFound: 404,
    NoSuchRoute: 404,
    MethodNotAllowed: 405,
    TooSlow: 408,
    AlreadyWriting: 409,
    TooLarge: 413,
    UnsupportedMedia: 415,
    UnsupportedFormat: 501,
    UnknownHost: 421,
    QuotaExhausted: 429,
    UnknownField: 422,
    MissingField: 422,
    BadField: 422,
    BadTime: 422,
    OutOfRange: 422,
    CorruptionError: 500,
    SourceError: 502,
    ModelUnavailable: 503,
    Overloaded: 503,
    ShuttingDown: 503,
    StorageError: 503,
    DiskFull: 507,
}
"""A class that is not named has the status of the nearest one above it."""

RETRY_AFTER_SECONDS = 2


def status_of(error: SiyaqError) -> int:
    """Return the HTTP status of an error."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def ours(error: Exception) -> SiyaqError:
    """Return an error as one of ours; what we did not foresee keeps its details to the log."""
    if isinstance(error, SiyaqError):
        return error
    failure = SiyaqError("something failed on our side")
    failure.__cause__ = error
    return failure


def problem(error: SiyaqError, language: str = "en") -> ProblemJson:
    """Return the problem document of an error; what went wrong on our side is logged by its id."""
    status = status_of(error)
    title = catalog(language)[f"problem.{error.code}"]
    assert isinstance(title, str)
    trace_id = secrets.token_hex(8)
    if status == 500 or (status > 500 and isinstance(error, StorageError)):
        logger.error(
            "request failed", extra={"trace_id": trace_id, "code": error.code}, exc_info=error
        )
    document: ProblemJson = {
        "type": f"urn:siyaq:problem:{error.code}",
        "title": title,
        "status": status,
        "detail": str(error),
        "code": error.code,
        "trace_id": trace_id,
    }
    if error.hint:
        document["hint"] = error.hint
    return document


def problem_response(
    error: SiyaqError, request: HTTPConnection, headers: Mapping[str, str] | None = None
) -> Response:
    """Return an error as a response, titled in the language the client asks for."""
    language = language_of(request.headers)
    document = problem(error, language)
    sent = {"content-language": language, **(headers or {})}
    if document["status"] == 401:
        sent["www-authenticate"] = 'Bearer realm="siyaq"'
    if isinstance(error, QuotaExhausted):
        sent["retry-after"] = str(error.retry_after)
    if document["status"] == 503:
        sent["retry-after"] = str(RETRY_AFTER_SECONDS)
    return Response(
        msgspec.json.encode(document),
        status_code=document["status"],
        headers=sent,
        media_type="application/problem+json",
    )
