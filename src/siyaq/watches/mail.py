"""Alerts by e-mail: one server, which the operator has named, and plain text."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Self
from urllib.parse import unquote, urlsplit

from siyaq.core.errors import ConfigError, SourceUnavailable
from siyaq.core.hosts import is_loopback
from siyaq.watches.model import Alert, Delivery

TIMEOUT_SECONDS = 20.0
_PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class Letter:
    """What an alert says by e-mail."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in. `smtp` speaks TLS too (STARTTLS), but to this machine itself."""

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def of(cls, url: str) -> Self:
        """Read smtp://USER:PASSWORD@HOST:587 or smtps://…:465. Raises ConfigError."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            parts, port = urlsplit(""), None
        if parts.scheme not in _PORTS or not parts.hostname or parts.path not in ("", "/"):
            raise ConfigError(
                "alerts.smtp is not the address of a mail server",
                hint="write smtp://USER:PASSWORD@HOST:587 or smtps://USER:PASSWORD@HOST:465",
            )
        return cls(
            parts.scheme,
            parts.hostname,
            port or _PORTS[parts.scheme],
            unquote(parts.username or ""),
            unquote(parts.password or ""),
        )


class Mailer:
    """Hands alerts to a mail server, each in a connection of its own."""

    def __init__(
        self, server: MailServer, sender: str, write: Callable[[Alert], Awaitable[Letter]]
    ) -> None:
        self._server = server
        self._sender = sender
        self._write = write

    async def send(self, delivery: Delivery) -> None:
        """Mail one alert. Raises SourceUnavailable where the server does not take it."""
        letter = await self._write(delivery.alert)
        message = EmailMessage()
        message["Subject"] = " ".join(letter.subject.split())
        message["From"] = self._sender
        message["To"] = delivery.target
        message["Date"] = format_datetime(delivery.alert.at)
        message["Message-ID"] = f"<{delivery.id}@siyaq.alert>"  # the same each time it is tried
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        try:
            await asyncio.to_thread(self._hand_in, message)
        except (OSError, smtplib.SMTPException) as error:
            told = f"{type(error).__name__}: {error}"
            raise SourceUnavailable(f"the mail server did not take it: {told}") from error

    def _hand_in(self, message: EmailMessage) -> None:
        server = self._server
        trusted = ssl.create_default_context()
        with self._session(trusted) as session:
            if server.scheme == "smtp" and not is_loopback(server.host):
                session.starttls(context=trusted)
            if server.user:
                session.login(server.user, server.password)
            session.send_message(message)

    def _session(self, trusted: ssl.SSLContext) -> smtplib.SMTP:
        host, port = self._server.host, self._server.port
        if self._server.scheme == "smtps":
            return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=trusted)
        return smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
