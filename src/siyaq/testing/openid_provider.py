"""An OpenID provider on loopback, which misbehaves on request.

It speaks discovery, the authorization code flow with PKCE and a secret, and a key set; its tokens
are really signed. Whoever comes is `person`, without being asked. What is wrong with the next
answer is set beforehand.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, ClassVar, Self
from urllib.parse import parse_qs, parse_qsl, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

CLIENT_ID = "siyaq"
CLIENT_SECRET = "a secret of both"

Claims = dict[str, Any]


@cache
def signing_keys(number: int) -> Mapping[str, RSAKey | ECKey]:
    """Return keys of a number, by their algorithm: made once, for they take long to make."""
    return {
        "RS256": RSAKey.generate_key(2048, {"kid": f"rsa-{number}", "use": "sig"}),
        "ES256": ECKey.generate_key("P-256", {"kid": f"ec-{number}", "use": "sig"}),
    }


@dataclass
class OpenIdProvider:
    """Serves until it is left. What may be set at any time is public."""

    person: Claims = field(default_factory=lambda: {"sub": "42", "name": "Huda"})
    secret: str = CLIENT_SECRET  # "": a public client
    algorithm: str = "RS256"
    change: Callable[[Claims], Claims] = lambda claims: (
        claims
    )  # what a token says, before it is signed
    forge: Callable[[str], str] = lambda token: token  # a token, after it was signed
    answer: Mapping[str, str] = field(default_factory=dict)  # over what an authorization answers
    metadata: Mapping[str, Any] = field(default_factory=dict)  # over what discovery says
    raw: Mapping[str, tuple[int, bytes]] = field(default_factory=dict)  # by path, of any protocol
    silent: frozenset[str] = frozenset()  # paths that do not answer until it is left
    honour_codes_again: bool = False
    asked: list[str] = field(default_factory=list)  # paths, in order
    authorizations: list[Mapping[str, str]] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._codes: dict[str, Mapping[str, str]] = {}
        self._lock = threading.Lock()
        self._rotations = 0
        self.left = threading.Event()
        self.rotate()
        self._http = ThreadingHTTPServer(
            ("127.0.0.1", 0), type("Handler", (_Handler,), {"provider": self})
        )
        self._http.daemon_threads = False  # on leaving, every reply is over
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.left.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    @property
    def issuer(self) -> str:
        """Its address, and its name."""
        return f"http://127.0.0.1:{self._http.server_port}"

    def rotate(self) -> None:
        """Sign with new keys from now on, and publish these alone."""
        self.keys = signing_keys(self._rotations)
        self._rotations += 1

    def authorize(self, asked: Mapping[str, str]) -> str:
        """Return where a browser is sent back to."""
        self.authorizations.append(asked)
        code = secrets.token_urlsafe(16)
        with self._lock:
            self._codes[code] = asked
        told = {"code": code, "state": asked["state"], "iss": self.issuer} | dict(self.answer)
        told = {name: value for name, value in told.items() if value}
        return f"{asked['redirect_uri']}?{urlencode(told)}"

    def token(self, form: Mapping[str, str], authorization: str) -> tuple[int, Claims]:
        """Return what a code is exchanged for."""
        if self.secret and not self._knows(authorization, form):
            return 401, {"error": "invalid_client"}
        with self._lock:
            take = self._codes.get if self.honour_codes_again else self._codes.pop
            asked = take(form.get("code", ""), None)
        digest = sha256(form.get("code_verifier", "").encode()).digest()
        challenge = urlsafe_b64encode(digest).decode().rstrip("=")
        if (
            asked is None
            or form.get("grant_type") != "authorization_code"
            or asked["code_challenge"] != challenge
            or asked["code_challenge_method"] != "S256"
            or asked["redirect_uri"] != form.get("redirect_uri")
        ):
            return 400, {"error": "invalid_grant"}
        return 200, {
            "access_token": "opaque",
            "token_type": "Bearer",
            "id_token": self.forge(self.signed(self._claims(asked))),
        }

    def signed(self, claims: Claims) -> str:
        """Return a token that says `claims`."""
        key = self.keys[self.algorithm]
        return jwt.encode({"alg": self.algorithm, "kid": key.kid}, claims, key)

    def published(self) -> Claims:
        """Return what discovery says."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "end_session_endpoint": f"{self.issuer}/end",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        } | dict(self.metadata)

    def key_set(self) -> Claims:
        """Return the keys that it publishes, among them some that a client has no use for."""
        mine = [key.as_dict(private=False) for key in self.keys.values()]
        return {"keys": [{"kty": "AKP", "alg": "ML-DSA-44", "pub": "AA"}, *mine]}

    def _claims(self, asked: Mapping[str, str]) -> Claims:
        now = int(time.time())
        said = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "exp": now + 300,
            "iat": now,
            "nonce": asked["nonce"],
        }
        return self.change(said | self.person)

    def _knows(self, authorization: str, form: Mapping[str, str]) -> bool:
        if authorization.startswith("Basic "):
            given = b64decode(authorization[6:]).decode()
            return unquote(given) == f"{CLIENT_ID}:{self.secret}"
        return (form.get("client_id"), form.get("client_secret")) == (CLIENT_ID, self.secret)


class _Handler(BaseHTTPRequestHandler):
    provider: ClassVar[OpenIdProvider]
    timeout = 60

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if self._misbehaves(parts.path):
            return
        if parts.path == "/authorize":
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            self._reply(302, b"", location=self.provider.authorize(asked))
        elif parts.path == "/.well-known/openid-configuration":
            self._json(200, self.provider.published())
        elif parts.path == "/keys":
            self._json(200, self.provider.key_set())
        else:
            self._reply(404, b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0"))).decode()
        if not self._misbehaves(self.path):
            form = dict(parse_qsl(body))
            self._json(*self.provider.token(form, self.headers.get("authorization", "")))

    def _misbehaves(self, path: str) -> bool:
        self.provider.asked.append(path)
        if path in self.provider.silent:
            self.provider.left.wait()
            self.close_connection = True
            return True
        if path in self.provider.raw:
            self._reply(*self.provider.raw[path])
            return True
        return False

    def _json(self, status: int, document: Claims) -> None:
        self._reply(status, json.dumps(document).encode())

    def _reply(self, status: int, body: bytes, location: str = "") -> None:
        self.send_response(status)
        if location:
            self.send_header("location", location)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name there
        pass
