"""The one door for outbound HTTP.

It goes to public addresses only, on ports 80 and 443, save for the very host and port that the
operator has configured. A name is resolved once, every address it has is checked, and the
connection goes to a checked address, so that a name cannot change its meaning in between. Each
redirect is a new request, checked in the same way.
"""

from __future__ import annotations

import asyncio
import socket
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from types import TracebackType
from typing import Self
from urllib.parse import urljoin, urlsplit

import httpx2

from siyaq.core.errors import SourceRefused, SourceUnavailable

BODY_BYTES = 5 * 2**20
TIMEOUT_SECONDS = 10.0
REDIRECTS = 3
RATIO = 20
"""How much larger than what was sent a body may become, once it is large at all."""

_SMALL_BODY_BYTES = 256 * 1024
_PORTS = {"http": 80, "https": 443}
REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_AUTO_WBITS = 47  # gzip or zlib, whichever it is
_USER_AGENT = "siyaq (+https://pypi.org/project/siyaq/)"

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Awaitable[list[Address]]]


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer. `body` is decompressed; header names are lower case.

    `moved`: `url` is not what was asked for, and every redirect on the way is there to stay.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    moved: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """An answer that goes on: its head, and its body in the pieces in which it arrives."""

    status: int
    headers: Mapping[str, str]
    pieces: AsyncIterator[bytes]  # as sent: nothing but `identity` is asked for


async def resolve(host: str, port: int) -> list[Address]:
    """Return every address of a host, by the system's own resolver."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ip_address(str(sockaddr[0]).partition("%")[0]) for *_, sockaddr in found]


def is_public(address: Address) -> bool:
    """Say whether an address is one of the open internet, looking through IPv6 disguises."""
    if isinstance(address, IPv6Address):
        hidden = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if hidden is None and address in _NAT64:
            hidden = IPv4Address(int(address) & 0xFFFFFFFF)
        if hidden is not None:
            return is_public(hidden)
        if address.is_site_local:
            return False
    elif address in _PROTOCOL_ASSIGNMENTS or address in _RELAYS:
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


_NAT64 = ip_network("64:ff9b::/96")  # in which IPv6-only hosts see IPv4 addresses
_RELAYS = ip_network("192.88.99.0/24")  # whoever relays 6to4 nearby
_PROTOCOL_ASSIGNMENTS = ip_network("192.0.0.0/24")  # global to some versions of Python


class Fetcher:
    """Fetches over HTTP within limits. Use as an async context manager.

    `allowed_url` is the operator's own: its host and port may be anywhere, private or not.
    """

    def __init__(
        self,
        *,
        allowed_url: str = "",
        resolve: Resolve = resolve,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        self._allowed = _endpoint(allowed_url) if allowed_url else None
        self._resolve = resolve
        self._timeout_seconds = timeout_seconds
        self._client: httpx2.AsyncClient | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Fetched:
        """Get `url`, following at most three redirects. `headers` go to the first host only.

        Raises SourceRefused for an address that siyaq must not reach, SourceUnavailable when the
        host cannot be reached in time or sends too much. Any HTTP status is an answer.
        """
        sent, for_good = dict(headers or {}), True
        try:
            async with asyncio.timeout(self._timeout_seconds):
                for hops in range(REDIRECTS + 1):
                    answer = await self._hop(url, sent)
                    location = answer.headers.get("location", "")
                    if answer.status not in REDIRECT_STATUSES or not location:
                        return replace(answer, moved=hops > 0 and for_good)
                    for_good = for_good and answer.status in _PERMANENT
                    url, sent = _joined(url, location), {}
        except TimeoutError as error:
            told = f"{_host(url)!r} did not answer within {self._timeout_seconds:g} seconds"
            raise SourceUnavailable(told) from error
        raise SourceUnavailable(f"more than {REDIRECTS} redirects, the last to {_host(url)!r}")

    async def send(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes = b""
    ) -> Fetched:
        """Make one request and return its answer; a redirect is one. Raises as `get` does."""
        try:
            async with asyncio.timeout(self._timeout_seconds):
                return await self._hop(url, headers, method=method, body=body)
        except TimeoutError as error:
            told = f"{_host(url)!r} did not answer within {self._timeout_seconds:g} seconds"
            raise SourceUnavailable(told) from error

    @asynccontextmanager
    async def open(self, url: str, *, headers: Mapping[str, str]) -> AsyncGenerator[Opened, None]:
        """Get `url` and yield its answer while it lasts, however long; a redirect is an answer.

        The pieces are not capped: whoever reads them does that, and watches for silence. Raises
        as `get` does, while reading too.
        """
        host = _host(url)
        sent = {"Accept-Encoding": "identity", **headers}
        try:
            async with (
                self._answered(url, sent, timeout=self._timeout_seconds) as response,
                aclosing(response.aiter_raw()) as pieces,
            ):
                told = {name.lower(): value for name, value in response.headers.items()}
                yield Opened(response.status_code, told, pieces)
        except httpx2.HTTPError as error:
            raise SourceUnavailable(f"{host!r} broke off: {type(error).__name__}") from error

    async def addresses(self, url: str) -> list[Address]:
        """Return the checked addresses of a URL's host. Raises SourceRefused, SourceUnavailable."""
        return await self._checked(*_endpoint(url))

    async def _hop(
        self, url: str, headers: Mapping[str, str], *, method: str = "GET", body: bytes = b""
    ) -> Fetched:
        """Make one request to one checked address, or to the next one that answers."""
        host = _host(url)
        try:
            async with (
                self._answered(url, headers, method=method, body=body) as response,
                aclosing(response.aiter_raw()) as pieces,
            ):
                raw = await _capped(pieces, host)
        except httpx2.HTTPError as error:
            raise SourceUnavailable(f"{host!r} broke off: {type(error).__name__}") from error
        told = {name.lower(): value for name, value in response.headers.items()}
        body = _decompressed(raw, told.get("content-encoding", ""), host)
        return Fetched(url, response.status_code, told, body)

    async def _checked(self, scheme: str, host: str, port: int) -> list[Address]:
        """Resolve a host and check all of its addresses. Raises SourceRefused."""
        own = (scheme, host, port) == self._allowed
        if not own and port != _PORTS[scheme]:
            raise SourceRefused(f"port {port} of {host!r} is not {_PORTS[scheme]}")
        try:
            addresses = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise SourceUnavailable(f"{host!r} has no address: {error}") from error
        for address in addresses:
            if not own and not is_public(address):
                raise SourceRefused(f"{host!r} leads to {address}, which is not public")
        return addresses

    @asynccontextmanager
    async def _answered(
        self,
        url: str,
        headers: Mapping[str, str],
        *,
        method: str = "GET",
        body: bytes = b"",
        timeout: float | None = None,  # noqa: ASYNC109  # of the answer's head, where it goes on
    ) -> AsyncGenerator[httpx2.Response, None]:
        """Yield the head of the first checked address's answer that there is."""
        scheme, host, port = _endpoint(url)
        addresses = await self._checked(scheme, host, port)
        parts = urlsplit(url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if self._client is None:
            self._client = httpx2.AsyncClient(trust_env=False, follow_redirects=False)
        sent = {
            "User-Agent": _USER_AGENT,
            "Accept-Encoding": "gzip",
            **headers,
            "Host": _host_header(url),
        }
        problem: Exception | None = None
        for address in dict.fromkeys(addresses):
            literal = f"[{address}]" if address.version == 6 else str(address)
            try:
                request = self._client.build_request(
                    method,
                    f"{scheme}://{literal}:{port}{path}",
                    headers=sent,
                    content=body or None,
                    extensions={"sni_hostname": host},
                    timeout=httpx2.Timeout(self._timeout_seconds, read=None),
                )
                async with asyncio.timeout(timeout):
                    response = await self._client.send(request, stream=True)
            except httpx2.InvalidURL as error:  # it looks at redirects too, without following them
                raise SourceRefused(f"{host!r} leads to what is no address") from error
            except (httpx2.ConnectError, httpx2.ConnectTimeout, TimeoutError) as error:
                problem = error
                continue
            try:
                yield response
            finally:
                await response.aclose()
            return
        raise SourceUnavailable(f"cannot connect to {host!r} port {port}") from problem


def _endpoint(url: str) -> tuple[str, str, int]:
    """Return (scheme, host, port) of an http(s) URL. Raises SourceRefused for any other."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise SourceRefused("an address that is not a URL") from error
    if parts.scheme not in _PORTS or not host or parts.username is not None:
        raise SourceRefused(f"not an http(s) address of a host: {parts.scheme!r}")
    return parts.scheme, host, _PORTS[parts.scheme] if port is None else port


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise SourceRefused(f"{_host(url)!r} redirects to what is not a URL") from error


def _host(url: str) -> str:
    return _endpoint(url)[1]


def _host_header(url: str) -> str:
    return urlsplit(url).netloc


async def _capped(chunks: AsyncIterator[bytes], host: str) -> bytes:
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > BODY_BYTES:
            raise SourceUnavailable(f"{host!r} sent more than {BODY_BYTES} bytes")
    return bytes(body)


def _decompressed(raw: bytes, encoding: str, host: str) -> bytes:
    if encoding.lower() in ("", "identity") or not raw:
        return raw
    if encoding.lower() not in ("gzip", "x-gzip", "deflate"):
        raise SourceUnavailable(f"{host!r} sent an encoding that was not asked for")
    limit = min(BODY_BYTES, max(_SMALL_BODY_BYTES, RATIO * len(raw)))
    stream = zlib.decompressobj(_AUTO_WBITS)
    try:
        body = stream.decompress(raw, limit + 1)
    except zlib.error as error:
        raise SourceUnavailable(f"{host!r} sent damaged {encoding.lower()}") from error
    if len(body) > limit:
        told = f"{host!r} sent {len(raw)} bytes that grow beyond {limit} bytes"
        raise SourceUnavailable(told)
    return body
