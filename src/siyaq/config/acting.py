"""What leaves by itself: alerts, and the acts of agents."""

from __future__ import annotations

from siyaq.config.checks import web_address
from siyaq.config.section import Section, Setting

SETTINGS = (
    Setting(
        "alerts.smtp",
        "",
        "the mail server that alerts are handed to, as smtp://USER:PASSWORD@HOST:587 or"
        " smtps://…:465 (environment only)",
        secret=True,
    ),
    Setting("alerts.sender", "", "the address that alerts are mailed from"),
    Setting(
        "alerts.mail_to",
        "",
        "addresses, and domains as '@example.org', that alerts may be mailed to, separated by"
        " commas; none: nobody is mailed",
    ),
    Setting(
        "alerts.own_webhook",
        "",
        "a host of your own that alerts may be posted to although it is private, as"
        " http://10.0.0.5:8080; to all others they go by ports 80 and 443 of public addresses",
        web_address,
    ),
    Setting(
        "agents.day_budget",
        "",
        "what one user's agents may spend in a day, such as 'usd=5,tokens=1000000'",
    ),
    Setting(
        "agents.mcp",
        "",
        "a JSON file of MCP servers ('mcpServers', as other clients write it) and of the tools that"
        " agents may call there",
    ),
)


class Acting(Section):
    """Where alerts may go, and what agents may do."""

    __slots__ = ()

    @property
    def alert_smtp(self) -> str:
        """The mail server that alerts are handed to; "" where there is none."""
        return str(self.values["alerts.smtp"])

    @property
    def alert_sender(self) -> str:
        """The address that alerts are mailed from."""
        return str(self.values["alerts.sender"])

    @property
    def alert_mail_to(self) -> tuple[str, ...]:
        """The addresses and domains that alerts may be mailed to."""
        return self.listed("alerts.mail_to")

    @property
    def alert_own_webhook(self) -> str:
        """The one host that alerts may be posted to although it is private."""
        return str(self.values["alerts.own_webhook"])

    @property
    def agents_day_budget(self) -> str:
        """What one user's agents may spend in a day."""
        return str(self.values["agents.day_budget"])

    @property
    def agents_mcp(self) -> str:
        """The file of MCP servers whose tools agents may call."""
        return str(self.values["agents.mcp"])
