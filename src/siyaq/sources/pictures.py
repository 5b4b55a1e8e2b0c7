"""Pictures whose bytes were given or may be fetched, as perceptual hashes."""

from __future__ import annotations

from types import TracebackType
from typing import Final, Self

from siyaq.core.errors import SourceUnavailable, UsageError
from siyaq.sources.fetch import Fetcher, Resolve, resolve
from siyaq.sources.sandbox import Sandbox, SandboxFailed

PICTURE_BYTES: Final = 5 * 2**20
_QUALITY_AT_LEAST: Final = 50


class UnreadablePicture(UsageError):
    """Bytes that are no picture we can read, or one with too little in it to be recognized."""

    code = "unreadable_picture"


class Pictures:
    """Hashes pictures in a process of its own. Use as an async context manager, on one loop."""

    def __init__(self, *, allowed_url: str = "", resolve: Resolve = resolve) -> None:
        """`allowed_url`: of the operator's own host, which may be anywhere, private or not."""
        self._sandbox = Sandbox()
        self._fetcher = Fetcher(allowed_url=allowed_url, resolve=resolve)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._sandbox.close()
        await self._fetcher.__aexit__(kind, error, traceback)

    async def hash(self, document: bytes) -> bytes:
        """Return the 32 bytes of a picture's hash. Raises UnreadablePicture."""
        if len(document) > PICTURE_BYTES:
            raise UnreadablePicture(f"picture is larger than {PICTURE_BYTES} bytes")
        try:
            made = await self._sandbox.ask("picture", document)
        except SandboxFailed as error:
            raise UnreadablePicture(f"picture cannot be read: {error}") from error
        if int(str(made["quality"])) < _QUALITY_AT_LEAST:
            raise UnreadablePicture("picture has too little in it to be recognized again")
        return bytes.fromhex(str(made["hash"]))

    async def fetch(self, url: str) -> bytes:
        """Fetch a picture and return its hash.

        Raises UnreadablePicture, SourceUnavailable, and SourceRefused for addresses that siyaq
        must not reach.
        """
        answer = await self._fetcher.get(url)
        if answer.status != 200:
            raise SourceUnavailable(f"the host of a picture answered {answer.status}")
        return await self.hash(answer.body)
