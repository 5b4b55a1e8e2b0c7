"""Whoever signs in: what a browser does, step by step."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import httpx2
from prometheus_client import CollectorRegistry

from siyaq.access import Role
from siyaq.serve import ServeSettings
from siyaq.serve.sign_in import flow
from siyaq.serve.sign_in.cookie import NAME
from siyaq.serve.sign_in.login_settings import LoginSettings
from siyaq.serve.sign_in.provider import Provider
from siyaq.testing.openid_provider import CLIENT_ID, CLIENT_SECRET, OpenIdProvider
from tests.serve.conftest import client_of

HERE = "http://127.0.0.1:8000"


def login_settings(there: OpenIdProvider, **given: Any) -> LoginSettings:
    told: dict[str, Any] = {
        "issuer": there.issuer,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "everyone": Role.READER,
        "timeout_seconds": 30.0,
    }
    return LoginSettings(**told | given)


def with_login(settings: ServeSettings, there: OpenIdProvider, **given: Any) -> ServeSettings:
    return replace(settings, provider=Provider(login_settings(there, **given)))


class Browser:
    """Follows a sign-in step by step, and keeps the cookies that it is given."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self.client = client
        self.cookies: dict[str, str] = {}
        self.last = httpx2.Response(0)

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        self.last = await self.client.get(path, headers=sent | headers)
        for line in self.last.headers.get_list("set-cookie"):
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value.strip('"')
            if "Max-Age=0" in line:
                del self.cookies[name]
        return self.last

    async def goes(self, path: str = "/login") -> str:
        """Begin, let the provider agree, and return the address that it sends back to."""
        response = await self.get(path)
        assert response.status_code == 303, response.text
        address = await asyncio.to_thread(redirected, response.headers["location"])
        assert address.startswith(f"{HERE}/login/callback?")
        return address.removeprefix(HERE)

    async def comes_back(self, address: str) -> str:
        """Return where it is taken."""
        response = await self.get(address, **{"Sec-Fetch-Site": "cross-site"})
        assert response.status_code == 303, response.text
        assert flow.COOKIE not in self.cookies
        location: str = response.headers["location"]
        return location

    async def signs_in(self) -> str:
        return await self.comes_back(await self.goes())

    async def is_signed_in(self) -> bool:
        status = (await self.get("/v1/status")).status_code
        assert status in (200, 401)
        assert (status == 200) == (NAME in self.cookies)
        return status == 200


def redirected(url: str) -> str:
    """Return where a server sends a browser."""
    parts = urlsplit(url)
    with closing(HTTPConnection(parts.netloc, timeout=60)) as connection:
        connection.request("GET", f"{parts.path}?{parts.query}")
        response = connection.getresponse()
        response.read()
    assert response.status == 302
    return response.headers["location"]


@asynccontextmanager
async def browsing(product: Any, settings: ServeSettings) -> AsyncIterator[Browser]:
    own = replace(settings, registry=CollectorRegistry())
    async with client_of(product, own) as client:
        yield Browser(client)
    assert settings.provider is not None
    await settings.provider.aclose()
