"""The OpenID provider that people sign in through: what it publishes, and what it is asked.

All of it is fetched through the one guarded door (`sources.fetch`): public hosts over TLS, and
the configured issuer wherever it is.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode, urlsplit

from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from siyaq.core.errors import SourceError
from siyaq.serve.sign_in import id_token
from siyaq.serve.sign_in.flow import Flow
from siyaq.serve.sign_in.id_token import PublicKey, UnknownKey
from siyaq.serve.sign_in.login_settings import LoginSettings, is_secure
from siyaq.serve.sign_in.refusal import NotSignedIn
from siyaq.sources.fetch import Fetched, Fetcher

KEPT_SECONDS: Final = 600.0
"""How long what the provider publishes is taken as it was; a key that is not known is asked for
at once."""

MAX_CODE_CHARS: Final = 4_096
_NO_URL: Final = re.compile(r"[^!-~]")  # RFC 3986; a header of ours may have to hold it
_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}


@dataclass(frozen=True, slots=True)
class Published:
    """What a provider says of itself (OpenID Connect Discovery 1.0)."""

    authorization: str
    token: str
    jwks: str
    end_session: str  # "" where it cannot be asked to sign somebody out
    basic: bool  # whether a secret goes into a header, as is usual, or into the form
    names_itself: bool  # whether what comes back from it says who it is (RFC 9207)


class Provider:
    """One provider, to be closed. It belongs to one event loop; `clock` is seconds since 1970."""

    def __init__(self, settings: LoginSettings, *, clock: Callable[[], float] = time.time) -> None:
        self.settings = settings
        self.clock = clock
        self._fetcher = Fetcher(
            allowed_url=settings.issuer, timeout_seconds=settings.timeout_seconds
        )
        self._published: tuple[float, Published] | None = None
        self._keys: tuple[float, list[PublicKey]] | None = None
        self._asking = asyncio.Lock()
        self._refusals = 0
        self._refused: NotSignedIn | None = None  # the last one

    async def aclose(self) -> None:
        """Close its connections."""
        await self._fetcher.__aexit__(None, None, None)

    async def published(self) -> Published:
        """Return what it says of itself. Raises NotSignedIn.

        It is asked once for all who wait: strangers can be many, and a provider slow.
        """
        before = self._refusals
        async with self._asking:
            if self._published is None or self._stale(self._published[0]):
                if self._refusals > before and self._refused is not None:
                    raise NotSignedIn(self._refused.why, str(self._refused))
                try:
                    self._published = (self.clock(), await self._described())
                except NotSignedIn as error:
                    self._refusals, self._refused = self._refusals + 1, error
                    raise
            return self._published[1]

    async def _described(self) -> Published:
        address = f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration"
        return _published(await self._document(address), self.settings.issuer)

    async def keys(self, *, anew: bool = False) -> list[PublicKey]:
        """Return the keys that it signs with. Raises NotSignedIn."""
        if self._keys is None or anew or self._stale(self._keys[0]):
            read = id_token.read_keys(await self._document((await self.published()).jwks))
            self._keys = (self.clock(), read)
        return self._keys[1]

    async def address(self, flow: Flow, redirect_uri: str) -> str:
        """Return where a browser goes to sign in. Raises NotSignedIn."""
        address: str = prepare_grant_uri(
            (await self.published()).authorization,
            client_id=self.settings.client_id,
            response_type="code",
            redirect_uri=redirect_uri,
            scope=" ".join(self.settings.scopes),
            state=flow.state,
            nonce=flow.nonce,
            code_challenge=create_s256_code_challenge(flow.verifier),
            code_challenge_method="S256",
        )
        return address

    async def end_session_address(self, then: str) -> str:
        """Return where a browser goes to sign out there too, "" for nowhere.

        Whom to sign out the provider knows by itself, and asks: no token of theirs is kept here.
        """
        try:
            end = (await self.published()).end_session
        except NotSignedIn:
            return ""
        told = {"client_id": self.settings.client_id, "post_logout_redirect_uri": then}
        return f"{end}{'&' if urlsplit(end).query else '?'}{urlencode(told)}" if end else ""

    async def claims(
        self, answer: Mapping[str, str], flow: Flow, redirect_uri: str
    ) -> dict[str, object]:
        """Return what it says of whoever comes back with an answer. Raises NotSignedIn."""
        published = await self.published()
        named = answer.get("iss")
        if named != self.settings.issuer and (named is not None or published.names_itself):
            raise NotSignedIn("untrusted", "the answer is of another provider")
        if "error" in answer:
            raise NotSignedIn("refused", f"the provider said {answer['error'][:60]!r}")
        code = answer.get("code", "")
        if not 0 < len(code) <= MAX_CODE_CHARS:
            raise NotSignedIn("refused", "the provider sent no code")
        given = await self._exchanged(published, code, flow, redirect_uri)
        token, access = given.get("id_token"), given.get("access_token")
        if not isinstance(token, str):
            raise NotSignedIn("untrusted", "the provider gave no ID token")
        told = {
            "issuer": self.settings.issuer,
            "client_id": self.settings.client_id,
            "nonce": flow.nonce,
            "access_token": access if isinstance(access, str) else "",
        }
        try:
            return id_token.claims_of(token, await self.keys(), now=self.clock(), **told)
        except UnknownKey:  # it may have new ones
            return id_token.claims_of(token, await self.keys(anew=True), now=self.clock(), **told)

    async def _exchanged(
        self, published: Published, code: str, flow: Flow, redirect_uri: str
    ) -> dict[str, object]:
        form = prepare_token_request(
            "authorization_code",
            code=code,
            redirect_uri=redirect_uri,
            code_verifier=flow.verifier,
        )
        how = "client_secret_basic" if published.basic else "client_secret_post"
        secret = self.settings.client_secret
        auth = ClientAuth(self.settings.client_id, secret, how if secret else "none")
        uri, headers, body = auth.prepare("POST", published.token, dict(_FORM), form)
        answer = await self._send("POST", uri, headers, body.encode())
        if 400 <= answer.status < 500:  # the code was used, is too old, or not for us
            raise NotSignedIn("expired", f"the provider took no code ({answer.status})")
        return _object(answer, uri)

    async def _document(self, url: str) -> dict[str, object]:
        return _object(await self._send("GET", url, {"Accept": "application/json"}), url)

    async def _send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b""
    ) -> Fetched:
        try:
            return await self._fetcher.send(method, url, headers=headers, body=body)
        except SourceError as error:
            raise NotSignedIn("unavailable", str(error)) from error

    def _stale(self, at: float) -> bool:
        return not 0 <= self.clock() - at < KEPT_SECONDS


def _published(told: Mapping[str, object], issuer: str) -> Published:
    if told.get("issuer") != issuer:
        named = str(told.get("issuer"))[:100]
        raise NotSignedIn("unavailable", f"it calls itself {named!r}, not {issuer!r}")
    methods = told.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    end = told.get("end_session_endpoint")
    return Published(
        authorization=_endpoint(told, "authorization_endpoint"),
        token=_endpoint(told, "token_endpoint"),
        jwks=_endpoint(told, "jwks_uri"),
        end_session=_endpoint(told, "end_session_endpoint") if end else "",
        basic=not isinstance(methods, list) or "client_secret_basic" in methods,
        names_itself=told.get("authorization_response_iss_parameter_supported") is True,
    )


def _endpoint(told: Mapping[str, object], name: str) -> str:
    url = told.get(name)
    if not isinstance(url, str) or _NO_URL.search(url) or not is_secure(url.partition("?")[0]):
        raise NotSignedIn("unavailable", f"its {name} is no https address: {str(url)[:100]!r}")
    return url


def _object(answer: Fetched, url: str) -> dict[str, object]:
    host = urlsplit(url).hostname
    try:
        document = json.loads(answer.body) if answer.status == 200 else None
    except (ValueError, RecursionError) as error:
        raise NotSignedIn("unavailable", f"{host!r} sent no JSON") from error
    if not isinstance(document, dict):
        raise NotSignedIn("unavailable", f"{host!r} answered {answer.status}, or no object")
    return document
