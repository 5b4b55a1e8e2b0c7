"""Who may come in: the right name, a page that may, a route that is known, a key that is for it.

Everything is closed but what `needs` opens, so that a new route is closed until it stands there.
"""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qs

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from siyaq.access import AuditLog, Need, Principal, account_of
from siyaq.access.roles import CHANGES
from siyaq.core.errors import SiyaqError
from siyaq.serve import cross_site, errors, needs
from siyaq.serve.gate import NOBODY, Gate
from siyaq.serve.settings import ServeSettings
from siyaq.serve.sign_in import cookie as sign_in_cookie

REVOCATION_SECONDS = 0.5
"""How often it is asked, during a request, whether its key still stands."""

MAX_KEY_CHARS = 200


class Guard:
    """Refuses requests to another name, from another site, or without the key they need.

    Who was let in stands in the scope's state as `principal`, and pays for the request
    (`access.current`). A request whose key is revoked while it runs ends as if its client had left.
    """

    def __init__(self, app: ASGIApp, settings: ServeSettings, gate: Gate) -> None:
        self._app = app
        self._budget = settings.budget
        self._known_hosts = settings.known_hosts
        self._gate = gate
        self._audit = settings.audit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it with a problem."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = HTTPConnection(scope)
        shared_with = cross_site.page_of(request, self._gate)
        try:
            if cross_site.is_preflight(request):
                response = cross_site.preflight(request, self._gate)
                await response(scope, receive, send)
                return
            route, caller = self._admit(request)
        except SiyaqError as error:
            methods = ", ".join(needs.methods(scope["path"]))
            allow = {"allow": methods} if isinstance(error, errors.MethodNotAllowed) else {}
            refusal = errors.problem_response(error, request, allow)
            await _shared(refusal, shared_with)(scope, receive, send)
            return
        scope.setdefault("state", {})["principal"] = caller
        passing = _Passing(self._gate, caller, shared_with, receive, send)
        async with account_of(self._budget, caller) as account:
            try:
                if (work := needs.SPENDS.get(route.path)) and scope["method"] != "HEAD":
                    await account.reserve(work)
            except SiyaqError as error:
                refusal = errors.problem_response(error, request)
                await _shared(refusal, shared_with)(scope, receive, passing.send)
                return
            await self._pass(scope, route, caller, passing)

    async def _pass(
        self, scope: Scope, route: needs.Asked, caller: Principal, passing: _Passing
    ) -> None:
        changes = route.need in CHANGES and scope["method"] not in ("GET", "HEAD")
        if changes and caller.key_id and self._audit is not None:
            await self._audited(self._audit, scope, caller, passing)
        else:
            await self._app(scope, passing.receive, passing.send)

    def _admit(self, request: HTTPConnection) -> tuple[needs.Asked, Principal]:
        host = request.headers.get("host", "")
        if self._known_hosts and cross_site.host_name(host) not in self._known_hosts:
            raise errors.UnknownHost(f"this server is not known as {host[:100]!r}")
        method, path = request.scope["method"], request.scope["path"]
        route = needs.asked(method, path)
        elsewhere = cross_site.comes_from_elsewhere(request, host)
        if route is not None and route.need is Need.NOTHING:
            if elsewhere and route.path in needs.OF_OUR_PAGES:
                raise errors.CrossOrigin("a page of another site may not sign anybody in or out")
            return route, NOBODY
        key, framed = _key(request, route)
        if elsewhere and not framed and not cross_site.page_of(request, self._gate):
            raise errors.CrossOrigin("a page of another site may not use this server")
        origin = request.headers.get("origin")
        need = Need.CARD if route is None else route.need
        session = "" if key or elsewhere else sign_in_cookie.read(request)
        caller = self._gate.admit(key, need, session=session, origin=origin, framed=framed)
        if caller.session and not cross_site.is_of_our_page(request):
            raise errors.CrossOrigin("what changes something comes from a page of this server")
        if route is None and needs.methods(path):
            raise errors.MethodNotAllowed("this path does not take this method")
        if route is None:
            raise errors.NoSuchRoute("nothing lives at this path")
        return route, caller

    async def _audited(
        self, audit: AuditLog, scope: Scope, caller: Principal, passing: _Passing
    ) -> None:
        action = f"{scope['method']} {scope['path']}"[:300]
        place = await asyncio.to_thread(audit.begin, caller.key_id, action)
        try:
            await self._app(scope, passing.receive, passing.send)
        finally:
            await asyncio.to_thread(audit.end, place, passing.status)


class _Passing:
    """One request on its way: what comes back to it, and whether its key still stands."""

    def __init__(
        self, gate: Gate, caller: Principal, shared_with: str, receive: Receive, send: Send
    ) -> None:
        self._gate = gate
        self._caller = caller
        self._shared_with = shared_with
        self._receive = receive
        self._send = send
        self.status = 500

    async def receive(self) -> Message:
        """Return what the client sends next, or that it has left once its key is revoked."""
        if self._gate.ring is None:  # nothing can be revoked
            return await self._receive()
        coming = asyncio.ensure_future(self._receive())
        try:
            while self._gate.stands(self._caller):
                done, _ = await asyncio.wait({coming}, timeout=REVOCATION_SECONDS)
                if done:
                    return coming.result()
            return {"type": "http.disconnect"}
        finally:
            coming.cancel()

    async def send(self, message: Message) -> None:
        """Pass a response on, readable for the page that may read it."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            if self._shared_with:
                cross_site.share(MutableHeaders(scope=message), self._shared_with)
        await self._send(message)


def _key(request: HTTPConnection, route: needs.Asked | None) -> tuple[str, bool]:
    """Return the key that a request offers, and whether it stands in the address of a frame."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return key.strip()[:MAX_KEY_CHARS], False
    if route is not None and route.path in needs.FRAMES:
        offered = parse_qs(request.scope.get("query_string", b"").decode("latin-1")).get("key")
        if offered:
            return offered[0][:MAX_KEY_CHARS], True
    return "", False


def _shared(response: Response, origin: str) -> Response:
    if origin:
        cross_site.share(response.headers, origin)
    return response
