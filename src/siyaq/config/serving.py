"""Where it is reached, and who is let in."""

from __future__ import annotations

from collections.abc import Mapping

from siyaq.config.checks import ROLES, between, issuer, one_of, roles, web_address
from siyaq.config.section import Section, Setting

SETTINGS = (
    Setting("serve.host", "127.0.0.1", "address to listen on; any but loopback needs a key"),
    Setting("serve.port", 8080, "port to listen on; 0 takes a free one", between(0, 65535)),
    Setting(
        "serve.grpc_port",
        0,
        "port of xAI's gRPC API, in plain text; 0 takes the one after serve.port",
        between(0, 65535),
    ),
    Setting(
        "serve.allowed_hosts", "", "names it is reached by besides loopback's, separated by commas"
    ),
    Setting(
        "serve.public_url",
        "",
        "where people reach the page, such as https://siyaq.example.org, for links in alerts",
        web_address,
    ),
    Setting("serve.keys", "", "API keys, separated by commas (environment only)", secret=True),
    Setting(
        "login.issuer",
        "",
        "the OpenID provider that people sign in to the page through, as it writes itself, such as"
        " https://id.example.org; none: with a password, or not at all",
        issuer,
    ),
    Setting("login.client_id", "", "what the provider calls this siyaq"),
    Setting(
        "login.client_secret",
        "",
        "the secret that was agreed with the provider (environment only); none: PKCE alone",
        secret=True,
    ),
    Setting("login.client_secret_file", "", "a file whose first line is that secret"),
    Setting("login.scopes", "openid profile email", "what the provider is asked for"),
    Setting("login.name", "", "what the button says of the provider; none: its host"),
    Setting(
        "login.role_claim",
        "",
        "the claim of the ID token that says who is who, such as groups or realm_access.roles",
    ),
    Setting(
        "login.roles",
        "",
        "roles by values of that claim: 'desk=writer, staff=reader'; who has none is not let in",
        roles,
    ),
    Setting(
        "login.everyone",
        "",
        "the role of whoever the provider signs in (reader, writer, admin); none: nobody's",
        one_of("", *ROLES),
    ),
    Setting(
        "login.domains",
        "",
        "domains of the verified addresses that are let in, separated by commas; none: any address",
    ),
    Setting(
        "login.session_hours",
        12,
        "hours until somebody who signed in to the page does so again",
        between(1, 720),
    ),
)


class Serving(Section):
    """Where it is reached, and who is let in."""

    __slots__ = ()

    @property
    def host(self) -> str:
        """The address to listen on."""
        return str(self.values["serve.host"])

    @property
    def port(self) -> int:
        """The port to listen on."""
        return int(self.values["serve.port"])

    @property
    def grpc_port(self) -> int:
        """The port of the gRPC API: as set, else the one after `port`; 0 takes a free one."""
        set_to = int(self.values["serve.grpc_port"])
        return set_to or (self.port + 1 if 0 < self.port < 65535 else 0)

    @property
    def keys(self) -> tuple[str, ...]:
        """The API keys; empty when every route is open."""
        return self.listed("serve.keys")

    @property
    def allowed_hosts(self) -> tuple[str, ...]:
        """Names that requests may be addressed to, besides those of loopback."""
        return self.listed("serve.allowed_hosts")

    @property
    def public_url(self) -> str:
        """Where people reach the page; "" where nobody has said."""
        return str(self.values["serve.public_url"])

    @property
    def login_roles(self) -> Mapping[str, str]:
        """Roles by values of the claim that says who is who."""
        pairs = (part.rpartition("=") for part in self.listed("login.roles"))
        return {group.strip(): role.strip() for group, _, role in pairs}

    @property
    def login_domains(self) -> tuple[str, ...]:
        """Domains of addresses that are let in; empty for any."""
        listed = self.listed("login.domains")
        return tuple(domain.lstrip("@").lower() for domain in listed)

    @property
    def session_seconds(self) -> int:
        """How long somebody stays signed in to the page."""
        return 3600 * int(self.values["login.session_hours"])
