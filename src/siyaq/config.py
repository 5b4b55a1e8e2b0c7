"""Every setting, where its value came from, and what it may be.

A file (`siyaq.toml` in the working directory, or `--config FILE`), then the environment
(`SIYAQ__SERVE__PORT=9000`), then command-line flags: the later wins. Unknown keys are refused
with the nearest real name. Secrets come from the environment only and are never printed.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from siyaq.access import Collections, Limits
from siyaq.access.collections import name_problem
from siyaq.core.errors import ConfigError

ENV_PREFIX = "SIYAQ__"
FILE_NAME = "siyaq.toml"

Scalar = str | int


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: what it is called, what it is when nobody says, and what it means."""

    key: str
    default: Scalar
    help: str
    check: Callable[[Scalar], str] = lambda _: ""  # what is wrong with a value, or ""
    secret: bool = False


def _between(low: int, high: int) -> Callable[[Scalar], str]:
    def check(value: Scalar) -> str:
        return "" if isinstance(value, int) and low <= value <= high else f"from {low} to {high}"

    return check


def _one_of(*allowed: str) -> Callable[[Scalar], str]:
    def check(value: Scalar) -> str:
        return "" if value in allowed else f"one of {', '.join(allowed)}"

    return check


def _price(value: Scalar) -> str:
    try:
        return "" if 0 <= float(value) < float("inf") else "0 or more"
    except ValueError:
        return "a number of 0 or more"


_PRICE = r"\s*[^=,]+=\s*{0}\s*"
_NUMBER = r"(\d+\.?\d*|\.\d+)"


def _share(value: Scalar) -> str:
    try:
        return "" if 0 <= float(value) <= 1 else "from 0 to 1"
    except ValueError:
        return "a number from 0 to 1"


def _http_url(value: Scalar) -> str:
    try:
        parts = urlsplit(str(value))
        host = parts.hostname
    except ValueError:
        return "a URL"
    if value == "":
        return ""
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment:
        return "an http or https URL"
    return "a URL without a password" if parts.username or parts.password else ""


def _listed_as(form: str, told: str) -> Callable[[Scalar], str]:
    one = _PRICE.format(form)

    def check(value: Scalar) -> str:
        return "" if re.fullmatch(rf"(?:{one}(?:,{one})*)?", str(value)) else told

    return check


_post_prices = _listed_as(_NUMBER, "a list like 'x=0.005'")
_model_prices = _listed_as(rf"{_NUMBER}\s*/\s*{_NUMBER}", "a list like 'qwen=0.20/0.60'")


def _web_address(value: Scalar) -> str:
    whole = re.fullmatch(r"https?://[\w.:\[\]-]+/?", str(value))
    return "" if whole or value == "" else "an address like https://siyaq.example.org"


def _issuer(value: Scalar) -> str:
    whole = re.fullmatch(r"https?://[^\s?#@]+", str(value))
    return "" if whole or value == "" else "an address like https://id.example.org"


def _roles(value: Scalar) -> str:
    """Say what is wrong with 'value=role, value=role'."""
    for part in filter(None, map(str.strip, str(value).split(","))):
        group, _, role = part.rpartition("=")
        if not group.strip() or role.strip() not in _ROLES:
            return f"'value=role' for each value, a role being one of {', '.join(_ROLES)}"
    return ""


_ROLES = ("reader", "writer", "admin")


def _days_by_source(value: Scalar) -> str:
    """Say what is wrong with 'source=days, source=days'."""
    for part in filter(None, map(str.strip, str(value).split(","))):
        source, _, days = part.partition("=")
        if not source.strip() or not days.strip().isdecimal() or not 0 < int(days) <= 36_500:
            return "'source=days' for each source, separated by commas"
    return ""


SETTINGS: tuple[Setting, ...] = (
    Setting("data", "./siyaq-data", "directory that holds the log and the index"),
    Setting("serve.host", "127.0.0.1", "address to listen on; any but loopback needs a key"),
    Setting("serve.port", 8080, "port to listen on; 0 takes a free one", _between(0, 65535)),
    Setting(
        "serve.grpc_port",
        0,
        "port of xAI's gRPC API, in plain text; 0 takes the one after serve.port",
        _between(0, 65535),
    ),
    Setting(
        "serve.allowed_hosts", "", "names it is reached by besides loopback's, separated by commas"
    ),
    Setting(
        "serve.public_url",
        "",
        "where people reach the page, such as https://siyaq.example.org, for links in alerts",
        _web_address,
    ),
    Setting("serve.keys", "", "API keys, separated by commas (environment only)", secret=True),
    Setting(
        "login.issuer",
        "",
        "the OpenID provider that people sign in to the page through, as it writes itself, such as"
        " https://id.example.org; none: with a password, or not at all",
        _issuer,
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
        _roles,
    ),
    Setting(
        "login.everyone",
        "",
        "the role of whoever the provider signs in (reader, writer, admin); none: nobody's",
        _one_of("", *_ROLES),
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
        _between(1, 720),
    ),
    Setting(
        "embed.processes",
        min(os.cpu_count() or 1, 8),
        "processes that turn text into vectors while posts come in; 0: none but the main one",
        _between(0, 64),
    ),
    Setting(
        "context.coordination_of",
        "",
        "sources whose accounts are looked at together although their terms speak against it (X),"
        " separated by commas",
    ),
    Setting(
        "answers.kept",
        10_000,
        "answers kept to be opened again and gone on from, the newest; they hold questions and"
        " places in the log, no word of a post; 0 keeps none",
        _between(0, 10_000_000),
    ),
    Setting(
        "context.fetch_pictures",
        "off",
        "on: fetch the pictures that posts link to, so that one used again is recognized",
        lambda value: "" if value in ("on", "off") else "on or off",
    ),
    Setting(
        "keep.days",
        "",
        "how long posts are kept, by source, in days from when they were witnessed:"
        " 'bluesky=30, papers=365'; a source that is not named keeps its posts",
        _days_by_source,
    ),
    Setting(
        "telemetry.days",
        7,
        "days that readings are kept one by one; their hours are kept for good",
        _between(1, 3650),
    ),
    Setting(
        "telemetry.minute_days", 90, "days that the minutes of readings are kept", _between(1, 3650)
    ),
    Setting(
        "purge.minutes",
        30,
        "minutes within which the bytes of deleted posts are taken out of every file, by 'serve'",
        _between(1, 1440),
    ),
    Setting(
        "backup.keys",
        "",
        "folder of the keys of backups; none: beside the data directory, with '-keys' to its name",
    ),
    Setting(
        "backup.days",
        30,
        "days until the key of a backup is shredded, and nobody can read it any more",
        _between(1, 3650),
    ),
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
        _web_address,
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
    Setting("models.directory", "", "directory of chat models; none: models in the data directory"),
    Setting(
        "models.threads",
        max(1, (os.cpu_count() or 1) // 2),
        "threads that a model of this machine computes with",
        _between(1, 256),
    ),
    Setting(
        "models.context_tokens",
        4096,
        "tokens that a model of this machine can hold, question, evidence and reply together",
        _between(512, 1_048_576),
    ),
    Setting(
        "models.stall_seconds",
        20,
        "how long a model may stay silent before the answer goes on without it",
        _between(1, 600),
    ),
    Setting(
        "models.seconds",
        60,
        "how long a model may take for one answer before it goes on without it",
        _between(1, 3600),
    ),
    Setting(
        "models.parallel",
        8,
        "answers that one model writes at the same time; others wait for their turn, which goes to"
        " the key that was served least",
        _between(1, 1024),
    ),
    Setting(
        "models.wait_seconds",
        60,
        "how long an answer waits for a model's time before it goes on without it",
        _between(1, 3600),
    ),
    Setting(
        "quotas.requests",
        0,
        "answers, cards and searches that a key may have within quotas.minutes, where the key has"
        " no limit of its own; 0: no limit",
        _between(0, 10**12),
    ),
    Setting(
        "quotas.tokens",
        0,
        "the same in tokens that models read and write",
        _between(0, 10**12),
    ),
    Setting("quotas.seconds", 0, "the same in seconds of work", _between(0, 10**12)),
    Setting(
        "quotas.minutes",
        60,
        "the sliding window in which what a key uses is counted",
        _between(1, 44_640),
    ),
    Setting(
        "meter.energy",
        "auto",
        "where joules come from: auto (power meter, RAPL, NVML, else an estimate), estimate, none",
        _one_of("auto", "estimate", "none"),
    ),
    Setting(
        "meter.mqtt",
        "",
        "a power meter that reports watts, as mqtt://user:password@host:1883/topic?field=power"
        " (environment only)",
        secret=True,
    ),
    Setting(
        "meter.core_watts", "3.5", "watts of one busy core, where joules are estimated", _price
    ),
    Setting("prices.kwh", "0", "dollars for a kilowatt-hour", _price),
    Setting("prices.cpu_hour", "0", "dollars for an hour of one core's work", _price),
    Setting("prices.gpu_hour", "0", "dollars for an hour of one graphics card's work", _price),
    Setting(
        "prices.models",
        "",
        "dollars for a million tokens read/written of each model, such as qwen=0.20/0.60",
        _model_prices,
    ),
    Setting(
        "prices.posts",
        "",
        "dollars for each post that a source hands over, such as x=0.005",
        _post_prices,
    ),
    Setting(
        "traces.endpoint",
        "",
        "where OpenTelemetry traces are sent (OTLP over HTTP), such as http://127.0.0.1:4318; none:"
        " nothing is traced; needs siyaq[otel]",
        _http_url,
    ),
    Setting(
        "traces.headers",
        "",
        "headers sent along, as 'name=value' separated by commas (environment only)",
        secret=True,
    ),
    Setting("traces.headers_file", "", "a file of such headers, one 'name=value' a line"),
    Setting(
        "traces.sample_rate",
        "1",
        "which share of traces is sent, from 0 to 1; a caller's own choice for its trace counts"
        " before this one",
        _share,
    ),
)
"""Every scalar setting. Sources to follow are the list `[[sources]]` of the file: url, name."""

_BY_KEY = {setting.key: setting for setting in SETTINGS}


@dataclass(frozen=True, slots=True)
class FollowSetting:
    """One source to follow, from the file."""

    url: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting with its value and its origin."""

    values: Mapping[str, Scalar]
    origins: Mapping[str, str]  # "default", the file's name, "environment", "command line"
    sources: tuple[FollowSetting, ...] = ()
    collections: Collections = field(default_factory=Collections)

    @property
    def data(self) -> Path:
        """The data directory."""
        return Path(str(self.values["data"]))

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
        return self._listed("serve.keys")

    @property
    def allowed_hosts(self) -> tuple[str, ...]:
        """Names that requests may be addressed to, besides those of loopback."""
        return self._listed("serve.allowed_hosts")

    @property
    def public_url(self) -> str:
        """Where people reach the page; "" where nobody has said."""
        return str(self.values["serve.public_url"])

    @property
    def login_roles(self) -> Mapping[str, str]:
        """Roles by values of the claim that says who is who."""
        pairs = (part.rpartition("=") for part in self._listed("login.roles"))
        return {group.strip(): role.strip() for group, _, role in pairs}

    @property
    def login_domains(self) -> tuple[str, ...]:
        """Domains of addresses that are let in; empty for any."""
        listed = self._listed("login.domains")
        return tuple(domain.lstrip("@").lower() for domain in listed)

    @property
    def session_seconds(self) -> int:
        """How long somebody stays signed in to the page."""
        return 3600 * int(self.values["login.session_hours"])

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
        return self._listed("alerts.mail_to")

    @property
    def alert_own_webhook(self) -> str:
        """The one host that alerts may be posted to although it is private."""
        return str(self.values["alerts.own_webhook"])

    @property
    def coordination_of(self) -> frozenset[str]:
        """Sources whose terms on coordination labels the operator has set aside."""
        return frozenset(self._listed("context.coordination_of"))

    @property
    def fetch_pictures(self) -> bool:
        """Whether the pictures that posts link to are fetched."""
        return self.values["context.fetch_pictures"] == "on"

    @property
    def embed_processes(self) -> int:
        """How many processes turn text into vectors."""
        return int(self.values["embed.processes"])

    @property
    def answers_kept(self) -> int:
        """How many answers are kept."""
        return int(self.values["answers.kept"])

    @property
    def keep_days(self) -> Mapping[str, int]:
        """Days that posts are kept, of the sources whose posts are not kept for ever."""
        pairs = (part.split("=") for part in self._listed("keep.days"))
        return {source.strip(): int(days) for source, days in pairs}

    @property
    def telemetry_days(self) -> int:
        """Days that readings are kept one by one."""
        return int(self.values["telemetry.days"])

    @property
    def telemetry_minute_days(self) -> int:
        """Days that the minutes of readings are kept."""
        return int(self.values["telemetry.minute_days"])

    @property
    def purge_seconds(self) -> float:
        """Longest time that bytes of a deleted post stay in the files of a running `serve`."""
        return 60.0 * int(self.values["purge.minutes"])

    @property
    def backup_keys(self) -> Path:
        """The folder of the keys of backups."""
        beside = self.data.resolve()
        return Path(str(self.values["backup.keys"]) or f"{beside}-keys")

    @property
    def backup_days(self) -> int:
        """Days until the key of a backup is shredded."""
        return int(self.values["backup.days"])

    @property
    def agents_mcp(self) -> str:
        """The file of MCP servers whose tools agents may call."""
        return str(self.values["agents.mcp"])

    @property
    def agents_day_budget(self) -> str:
        """What one user's agents may spend in a day."""
        return str(self.values["agents.day_budget"])

    @property
    def models_directory(self) -> Path:
        """The directory of chat models."""
        return Path(str(self.values["models.directory"]) or self.data / "models")

    @property
    def model_threads(self) -> int:
        """How many threads a model of this machine computes with."""
        return int(self.values["models.threads"])

    @property
    def model_context_tokens(self) -> int:
        """How many tokens a model of this machine can hold."""
        return int(self.values["models.context_tokens"])

    @property
    def model_stall_seconds(self) -> float:
        """How long a model may stay silent."""
        return float(self.values["models.stall_seconds"])

    @property
    def model_seconds(self) -> float:
        """How long a model may take for one answer."""
        return float(self.values["models.seconds"])

    @property
    def model_parallel(self) -> int:
        """How many answers one model writes at the same time."""
        return int(self.values["models.parallel"])

    @property
    def model_wait_seconds(self) -> float:
        """How long an answer waits for a model's time."""
        return float(self.values["models.wait_seconds"])

    @property
    def quotas(self) -> Limits:
        """What a key may use that has no limits of its own."""
        return Limits(
            requests=int(self.values["quotas.requests"]),
            tokens=int(self.values["quotas.tokens"]),
            seconds=int(self.values["quotas.seconds"]),
        )

    @property
    def quota_seconds(self) -> int:
        """The window in which what a key uses is counted."""
        return 60 * int(self.values["quotas.minutes"])

    def _listed(self, key: str) -> tuple[str, ...]:
        return tuple(filter(None, map(str.strip, str(self.values[key]).split(","))))

    def shown(self) -> list[tuple[str, Scalar, str, str]]:
        """Return (key, value, origin, help) of every setting, secrets masked."""
        return [
            (
                s.key,
                "***" if s.secret and self.values[s.key] else self.values[s.key],
                self.origins[s.key],
                s.help,
            )
            for s in SETTINGS
        ]


def load(
    file: Path | None = None,
    environ: Mapping[str, str] | None = None,
    flags: Mapping[str, Scalar | None] | None = None,
) -> Config:
    """Read every setting. Raises ConfigError naming the key, its origin and what it may be."""
    values: dict[str, Scalar] = {s.key: s.default for s in SETTINGS}
    origins = dict.fromkeys(values, "default")
    file_name = FILE_NAME if file is None else file.name
    tables, sources, collections = _read_file(file)
    if sources:
        origins["sources"] = file_name
    if collections.names:
        origins["collections"] = file_name
    from_environ = _read_environ(os.environ if environ is None else environ)
    given = {key: value for key, value in (flags or {}).items() if value is not None}
    layers = ((tables, file_name), (from_environ, "environment"), (given, "command line"))
    for layer, origin in layers:
        for key, value in layer.items():
            values[key] = _checked(key, value, origin)
            origins[key] = origin
    return Config(values, origins, sources, collections)


def _read_file(
    file: Path | None,
) -> tuple[dict[str, Scalar], tuple[FollowSetting, ...], Collections]:
    path = file or Path(FILE_NAME)
    if file is None and not path.is_file():
        return {}, (), Collections()
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"cannot read settings from {str(path)!r}: {error}") from error
    sources = _sources(document.pop("sources", []), path)
    collections = _collections(document.pop("collections", {}), path)
    flat: dict[str, Scalar] = {}
    for name, value in document.items():
        inner = value.items() if isinstance(value, dict) else ((None, value),)
        flat |= {name if part is None else f"{name}.{part}": leaf for part, leaf in inner}
    for key in flat:
        setting = _known(key, path.name)
        if setting.secret:
            raise ConfigError(
                f"setting {key!r} is a secret and may not stand in {path.name!r}",
                hint=f"set {_env_name(key)} instead",
            )
    return flat, sources, collections


def _collections(table: object, path: Path) -> Collections:
    """Read `[collections]`: to each name a list of names of sources, `*` for any characters."""
    where = f"[collections] in {path.name!r}"
    if not isinstance(table, dict):
        raise ConfigError(f"{where} must be a table of lists")
    for name, patterns in table.items():
        if problem := name_problem(name):
            raise ConfigError(f"{where}: {problem}", hint="name it otherwise")
        listed = isinstance(patterns, list) and all(isinstance(p, str) and p for p in patterns)
        if not listed or any(":" in pattern for pattern in patterns):
            raise ConfigError(
                f"{where}: {name!r} must be a list of names of sources, like ['tips', 'wire-*']",
                hint="'siyaq status' shows the names",
            )
    return Collections(table)


def _sources(tables: object, path: Path) -> tuple[FollowSetting, ...]:
    if not isinstance(tables, list):
        raise ConfigError(f"'sources' in {path.name!r} must be a list of [[sources]] tables")
    found: list[FollowSetting] = []
    for table in tables:
        known = isinstance(table, dict) and table.keys() <= {"url", "name"}
        if not known or not all(isinstance(v, str) for v in table.values()) or "url" not in table:
            raise ConfigError(f"a source in {path.name!r} has a 'url' and may have a 'name'")
        found.append(FollowSetting(table["url"], table.get("name")))
    return tuple(found)


def _read_environ(environ: Mapping[str, str]) -> dict[str, Scalar]:
    return {
        _known(name[len(ENV_PREFIX) :].lower().replace("__", "."), "environment").key: value
        for name, value in environ.items()
        if name.startswith(ENV_PREFIX)
    }


def _env_name(key: str) -> str:
    return ENV_PREFIX + key.upper().replace(".", "__")


def _known(key: str, origin: str) -> Setting:
    setting = _BY_KEY.get(key)
    if setting is None:
        near = difflib.get_close_matches(key, _BY_KEY, n=1)
        raise ConfigError(
            f"unknown setting {key!r} in {origin}",
            hint=f"did you mean {near[0]!r}?" if near else "see 'siyaq config show'",
        )
    return setting


def _checked(key: str, value: object, origin: str) -> Scalar:
    setting = _known(key, origin)
    typed: Scalar
    if isinstance(setting.default, int):
        try:
            typed = int(str(value))
        except ValueError as error:
            raise ConfigError(f"{key} in {origin} must be a number, got {value!r}") from error
    else:
        typed = str(value)
    wrong = setting.check(typed)
    if wrong:
        raise ConfigError(f"{key} in {origin} must be {wrong}, got {value!r}")
    return typed
