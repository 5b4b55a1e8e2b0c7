"""Running it for a team: the guide as it stands, and what lies ready to deploy it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.registry import Collector

from siyaq import config
from siyaq.obs import Metrics
from siyaq.obs.sources import SourceMetrics
from siyaq.serve.metrics import HttpMetrics
from siyaq.testing.openid_provider import OpenIdProvider
from tests.docs.reader import ROOT, Reader, commands

GUIDE = "docs/guides/team.md"
DEPLOY = ROOT / "deploy"


def asked(url: str, key: str, path: str = "/v1/ask") -> tuple[int, Any, str]:
    body = b'{"question": "Is the bridge open?"}' if path == "/v1/ask" else None
    headers = {"content-type": "application/json", "authorization": f"Bearer {key}"}
    try:
        with urllib.request.urlopen(urllib.request.Request(url + path, body, headers)) as response:
            return response.status, json.load(response), ""
    except urllib.error.HTTPError as error:
        return error.code, json.load(error), error.headers.get("retry-after", "")


@pytest.fixture
def there() -> Iterator[OpenIdProvider]:
    with OpenIdProvider({"sub": "42", "name": "Huda", "groups": ["desk"]}) as provider:
        yield provider


def login_as_the_guide_says(there: OpenIdProvider) -> str:
    """Return the guide's settings of a provider, with one that is there in its place."""
    (block,) = re.findall(r"```toml\n(\[login\].*?)```", (ROOT / GUIDE).read_text("utf-8"), re.S)
    written, issuer = str(block), str(tomllib.loads(block)["login"]["issuer"])
    return written.replace(issuer, there.issuer)


class Kept(urllib.request.HTTPRedirectHandler):
    """What a browser does with cookies, and shows of where it is sent."""

    def __init__(self) -> None:
        self.cookies: dict[str, str] = {}
        self.taken_to: list[str] = []

    def http_request(self, request: urllib.request.Request) -> urllib.request.Request:
        pairs = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        request.add_unredirected_header("Cookie", pairs)
        return request

    def redirect_request(
        self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> Any:
        for line in headers.get_all("set-cookie") or ():
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
        self.taken_to.append(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def signed_in(url: str) -> Any:
    """Sign in through the provider as a browser does, and return who that is."""
    kept = Kept()
    opener = urllib.request.build_opener(kept, urllib.request.ProxyHandler({}))
    opener.open(f"{url}/login", timeout=60).close()
    assert kept.taken_to[-1] == f"{url}/"
    with opener.open(f"{url}/v1/session", timeout=60) as response:
        return json.load(response)["signed_in"]


def test_the_guide_for_a_team_does_what_it_says(tmp_path: Path, there: OpenIdProvider) -> None:
    tools = Path(sys.executable).parent
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    secret = {"SIYAQ__LOGIN__CLIENT_SECRET": there.secret}
    environment = {**os.environ, **secret, "PATH": path, "SIYAQ__EMBED__PROCESSES": "0"}
    reader = Reader(tmp_path, environment)
    *before, serve = commands(GUIDE)[:5]
    (tmp_path / "siyaq.toml").write_text(
        f"[quotas]\nrequests = 1\n{login_as_the_guide_says(there)}"
    )
    assert before.pop() == "siyaq doctor"  # it may find something of the machine that tests run on
    keys = [reader.runs(command).split()[0] for command in before]
    plain = reader.runs('siyaq keys create --role reader --name "by the settings"').split()[0]
    assert serve == "siyaq serve --port 8080"
    with reader.serving(serve.replace("8080", "0")) as url:
        assert asked(url, "")[0] == 401
        admin, desk, _ = keys
        assert asked(url, desk)[0] == 200
        assert asked(url, plain)[0] == 200  # the one that the settings allow
        status, problem, wait = asked(url, plain)
        assert (status, problem["code"]) == (429, "quota_exhausted")
        assert 0 < int(wait) <= 3661
        status, told, _ = asked(url, desk, "/v1/quota")
        assert (status, told["requests"], told["weight"]) == (200, {"used": 1.0, "limit": 600.0}, 3)
        assert asked(url, admin, "/v1/keys")[0] == 200
        assert asked(url, desk, "/v1/keys")[0] == 403
        somebody = signed_in(url)
        assert (somebody["name"], somebody["role"]) == ("Huda", "writer")
        spent = json.loads(reader.runs("siyaq keys spent --json"))
        assert [one["used"]["requests"] for one in spent].count(1) == 2
    for command in ("siyaq keys list", "siyaq keys spent", "siyaq keys audit"):
        assert command in commands(GUIDE)
        assert reader.runs(command)


def test_the_settings_of_the_guide_are_settings(tmp_path: Path) -> None:
    blocks = re.findall(r"```toml\n(.*?)```", (ROOT / GUIDE).read_text("utf-8"), re.S)
    assert all(map(tomllib.loads, blocks))
    file = tmp_path / "siyaq.toml"
    file.write_text("\n".join(blocks))
    assert config.load(file, environ={}).allowed_hosts == ("siyaq.newsroom.example",)


def labels_of(collector: Collector, name: str) -> set[str]:
    if isinstance(collector, SourceMetrics):  # several metrics at once
        plain = name.removesuffix("_total").removesuffix("_created")
        return {
            label
            for family in collector.describe()
            if family.name == plain
            for label in family._labelnames  # type: ignore[attr-defined]
        }
    return set(collector._labelnames)  # type: ignore[attr-defined]


def exported() -> dict[str, set[str]]:
    """Return every metric that is exported, with its labels."""
    registries = (Metrics().registry, HttpMetrics(CollectorRegistry()).registry)
    found: dict[str, set[str]] = {}
    for registry in registries:
        for collector, names in registry._collector_to_names.items():
            for name in names:
                labels = labels_of(collector, name)
                found[name] = labels | ({"le"} if name.endswith("_bucket") else set())
    return found


def test_the_dashboard_asks_for_metrics_and_labels_that_there_are() -> None:
    metrics, asked_for = exported(), set[str]()
    dashboard = json.loads((DEPLOY / "grafana.json").read_text("utf-8"))
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            query = target["expr"]
            names = set(re.findall(r"\bsiyaq_\w+", query))
            assert names, query
            assert names <= metrics.keys(), query
            labels = set.union(*(metrics[name] for name in names))
            grouped = {
                label
                for group in re.findall(r"by \(([^)]*)\)", query)
                for label in re.split(r",\s*", group)
            }
            filtered = set(re.findall(r"(\w+)=~?\"", query))
            legend = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
            assert grouped | filtered | legend <= labels, query
            assert query.count("(") == query.count(")")
            asked_for |= names
    assert len(asked_for) >= 18


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze here")
def test_systemd_finds_nothing_wrong_with_the_unit() -> None:
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(DEPLOY / "siyaq.service")],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    ours = [line for line in done.stderr.splitlines() if "siyaq.service" in line]
    assert ours == []


def test_the_unit_and_the_image_call_siyaq_as_it_wants_to_be_called() -> None:
    unit = (DEPLOY / "siyaq.service").read_text("utf-8")
    image = (DEPLOY / "Containerfile").read_text("utf-8")
    (started,) = re.findall(r"^ExecStart=/usr/bin/env siyaq (.*)$", unit, re.M)
    command = " ".join(json.loads(re.findall(r"^CMD (\[\"serve.*\])$", image, re.M)[0]))
    done = subprocess.run(
        [sys.executable, "-m", "siyaq", "serve", "--help"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={**os.environ, "COLUMNS": "200"},
    )
    for given in (started, command):
        assert given.startswith("serve ")
        for option in re.findall(r"--[a-z-]+", given):
            assert option in done.stdout
    for line in re.findall(r"^COPY (.*) \./", image, re.M):
        assert all((ROOT / name).exists() for name in line.split())
