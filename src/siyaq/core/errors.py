"""Errors siyaq raises on purpose.

    SiyaqError                  code, hint; the message says what failed, on what
    ├── UsageError              the caller can fix it
    │   ├── ConfigError
    │   ├── QueryError
    │   ├── NotFound
    │   ├── NotAuthentic        a delivery that its sender did not sign as agreed
    │   ├── QuotaExhausted      a key has used its share; it is told when to ask again
    │   └── Unreadable          a file the caller named cannot be read
    ├── SourceError             upstream; the pump retries
    │   ├── SourceUnavailable
    │   └── SourceRefused       upstream says no, and will say it again
    ├── ModelUnavailable
    ├── Overloaded              ask again later
    ├── StorageError            our disk: full, failing, or someone else is writing
    │   ├── DiskFull
    │   ├── AlreadyWriting
    │   └── FormatTooNew
    └── CorruptionError         our own bytes are wrong; never caught below app

Messages are lowercase, without a full stop, names in `!r`, the limit beside the value.
Input from outside that cannot be used is not an error but a `Rejected`.
"""

from __future__ import annotations

from typing import ClassVar


class SiyaqError(Exception):
    """Base of every error siyaq raises on purpose. `code` is stable and documented."""

    code: ClassVar[str] = "internal"
    hint: str = ""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        if hint:
            self.hint = hint


class UsageError(SiyaqError):
    """The caller asked for something that cannot be done as asked."""

    code = "bad_request"


class ConfigError(UsageError):
    """A setting is unknown or has a value it cannot have."""

    code = "bad_config"


class QueryError(UsageError):
    """A question or a filter cannot be understood, or is beyond a limit."""

    code = "bad_query"


class NotFound(UsageError):
    """No such thing in our record."""

    code = "not_found"


class NotAuthentic(UsageError):
    """A delivery is not signed as was agreed with its sender, or not now."""

    code = "bad_signature"


class QuotaExhausted(UsageError):
    """A key has used what it may use for now. `retry_after` is in whole seconds."""

    code = "quota_exhausted"

    def __init__(
        self, message: str, *, hint: str = "", resource: str = "requests", retry_after: int = 1
    ) -> None:
        super().__init__(message, hint=hint or f"ask again in {retry_after} seconds")
        self.resource = resource
        self.retry_after = retry_after


class Unreadable(UsageError):
    """A file that the caller named cannot be read."""

    code = "unreadable_file"


class SourceError(SiyaqError):
    """Something upstream failed."""

    code = "source_failed"


class SourceUnavailable(SourceError):
    """Upstream could not be reached or hung up; retrying may help."""

    code = "source_unavailable"


class SourceRefused(SourceError):
    """Upstream refuses, and will refuse again until something is changed."""

    code = "source_refused"


class ModelUnavailable(SiyaqError):
    """A model or embedder could not be loaded or reached."""

    code = "model_unavailable"


class Overloaded(SiyaqError):
    """A queue is full; nothing was taken; ask again later."""

    code = "overloaded"


class StorageError(SiyaqError):
    """Our own disk refuses a read or a write. Nothing acknowledged is lost."""

    code = "storage_failed"


class DiskFull(StorageError):
    """There is no room left for the data directory."""

    code = "disk_full"
    hint = "free some space, then try again: what was acknowledged is safe"


class AlreadyWriting(StorageError):
    """Another process is writing this data directory."""

    code = "already_writing"
    hint = "stop the other process, or give this one another --data directory"


class FormatTooNew(StorageError):
    """The data directory was written by a newer siyaq."""

    code = "format_too_new"
    hint = "upgrade siyaq, or give another --data directory"


class CorruptionError(SiyaqError):
    """Bytes that we wrote are not what we wrote. Raised loudly, never guessed around."""

    code = "corrupt"
    hint = "run 'siyaq verify'; if only an index is damaged, 'siyaq rebuild' makes it anew"
