"""The doctor: each problem is made, and told with its remedy; where there is none, none is told."""

from __future__ import annotations

import os
import resource
import shutil
import socket
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import apsw
import pytest

from siyaq import config
from siyaq.access import KeyRing, Limits, Role
from siyaq.app.doctor import Finding, access, diagnose, holding, machine, outside
from siyaq.app.opening import open_siyaq
from siyaq.config import Config
from siyaq.log import LogWriter
from siyaq.log.directory import LOG_NAME
from siyaq.models import Catalog, Entry
from tests.app.conftest import send


def settings(folder: Path, **flags: str | int) -> Config:
    return config.load(environ={}, flags={"data": str(folder), "embed.processes": 0, **flags})


def problems(findings: Iterable[Finding]) -> dict[str, Finding]:
    return {one.about: one for one in findings if not one.ok}


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with two posts in it."""
    import asyncio

    folder = tmp_path_factory.mktemp("held") / "data"

    async def fill() -> None:
        async with open_siyaq(settings(folder), write=True) as siyaq:
            at = (datetime.now(UTC) - timedelta(days=9)).isoformat()
            await send(siyaq, {"id": "1", "source": "bay", "text": "The ferry left.",
                               "created_at": at, "witnessed_at": at})  # fmt: skip

    asyncio.run(fill())
    return folder


@pytest.fixture
def folder(held: Path, tmp_path: Path) -> Path:
    """A copy of it to be spoiled."""
    return shutil.copytree(held, tmp_path / "data")


class Case(NamedTuple):
    """A problem: how it is made, who finds it, and what is told of it."""

    about: str
    told: str
    remedy: str
    look: Callable[[Config], Iterable[Finding]]
    make: Callable[[Path, pytest.MonkeyPatch], dict[str, str | int] | None]


def _old_python(folder: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sys, "version_info", (3, 10, 1))


def _full_disk(folder: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(9, 8, 2**28))


def _file(folder: Path, name: str, text: str) -> Path:
    path = folder.parent / name
    path.write_text(text)
    return path


def _no_memory(folder: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(machine, "MEMINFO", _file(folder, "meminfo", "MemAvailable:  200000 kB\n"))


def _network_disk(folder: Path, patch: pytest.MonkeyPatch) -> None:
    mounts = f"/dev/sda / ext4 rw 0 0\nnas:/home {folder.parent} nfs4 rw 0 0\n"
    patch.setattr(machine, "MOUNTS", _file(folder, "mounts", mounts))


def _few_files(folder: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(resource, "getrlimit", lambda _: (128, 128))


def _many_processes(folder: Path, patch: pytest.MonkeyPatch) -> dict[str, str | int]:
    return {"embed.processes": 64}


_taken: list[socket.socket] = []


def _taken_port(setting: str) -> Callable[[Path, pytest.MonkeyPatch], dict[str, str | int]]:
    def make(folder: Path, patch: pytest.MonkeyPatch) -> dict[str, str | int]:
        listener = socket.create_server(("127.0.0.1", 0))
        _taken.append(listener)
        return {"serve.port": 0, setting: listener.getsockname()[1]}

    return make


def _not_ours(folder: Path, patch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(folder)
    folder.mkdir()
    (folder / "cat.jpg").touch()


def _not_writable(folder: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(os, "access", lambda *_: False)  # root may write everywhere


def _too_new(folder: Path, patch: pytest.MonkeyPatch) -> None:
    database = apsw.Connection(str(folder / LOG_NAME))
    database.pragma("user_version", 999)
    database.close()


def _damaged_log(folder: Path, patch: pytest.MonkeyPatch) -> None:
    (folder / LOG_NAME).write_bytes(b"not a database at all" * 400)


def _damaged_index(folder: Path, patch: pytest.MonkeyPatch) -> None:
    for path in (folder / "index").rglob("*"):
        if path.is_file():
            path.write_bytes(b"spoiled")


def _late_index(folder: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(holding, "BEHIND_POSTS", -1)


def _slow_clock(folder: Path, patch: pytest.MonkeyPatch) -> None:
    class Earlier(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return datetime.now(UTC) - timedelta(days=30)

    patch.setattr(holding, "datetime", Earlier)


def _open_folder(folder: Path, patch: pytest.MonkeyPatch) -> None:
    KeyRing(folder).close()
    (folder / "access").chmod(0o755)


def _no_pepper(folder: Path, patch: pytest.MonkeyPatch) -> None:
    KeyRing(folder).close()
    (folder / "access" / "pepper").write_bytes(b"short")


def _no_key_stands(folder: Path, patch: pytest.MonkeyPatch) -> None:
    with closing(KeyRing(folder)) as ring:
        ring.revoke(ring.create(Role.ADMIN)[0].id)


def _key_ends(folder: Path, patch: pytest.MonkeyPatch) -> None:
    with closing(KeyRing(folder)) as ring:
        ring.create(Role.ADMIN, expires_at=datetime.now(UTC) + timedelta(days=2))


def _open_door(folder: Path, patch: pytest.MonkeyPatch) -> dict[str, str | int]:
    return {"serve.host": "0.0.0.0"}


def _any_name(folder: Path, patch: pytest.MonkeyPatch) -> dict[str, str | int]:
    with closing(KeyRing(folder)) as ring:
        ring.create(Role.ADMIN)
    return {"serve.host": "0.0.0.0"}


def _tight_quota(folder: Path, patch: pytest.MonkeyPatch) -> None:
    with closing(KeyRing(folder)) as ring:
        ring.create(Role.READER, limits=Limits(tokens=100))


def _no_weights(folder: Path, patch: pytest.MonkeyPatch) -> None:
    models(folder, Entry(name="gguf:small", kind="gguf", file="small.gguf", bytes=10))


def _cut_weights(folder: Path, patch: pytest.MonkeyPatch) -> None:
    models(folder, Entry(name="gguf:small", kind="gguf", file="small.gguf", bytes=10))
    (folder / "models" / "small.gguf").write_bytes(b"half")


def _no_server(folder: Path, patch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    models(folder, Entry(name="server:far", kind="server", url=url, model="far"))


def _no_model_key(folder: Path, patch: pytest.MonkeyPatch) -> None:
    patch.delenv("FAR_KEY", raising=False)
    url = "http://127.0.0.1:1/v1"
    models(folder, Entry(name="server:far", kind="server", url=url, model="far", key_env="FAR_KEY"))


def models(folder: Path, *entries: Entry) -> None:
    (folder / "models").mkdir(exist_ok=True)
    catalog = Catalog.open(folder / "models")
    for entry in entries:
        catalog = catalog.with_entry(entry)
    catalog.save()


CASES = {
    "old python": Case("python", "3.10.1", "3.11 or newer", machine.findings, _old_python),
    "full disk": Case("disk", "0.2 GiB free", "free some space", machine.findings, _full_disk),
    "no memory": Case("memory", "0.2 GiB", "embed.processes", machine.findings, _no_memory),
    "network disk": Case("file system", "nfs4", "this machine", machine.findings, _network_disk),
    "few files": Case("open files", "128", "LimitNOFILE", machine.findings, _few_files),
    "processes": Case("processes", "64 for", "embed.processes", machine.findings, _many_processes),
    "port": Case("port", "cannot be used", "--port", machine.findings, _taken_port("serve.port")),
    "gRPC port": Case(
        "gRPC port", "cannot", "--grpc-port", machine.findings, _taken_port("serve.grpc_port")
    ),
    "not ours": Case("data", "something else", "--data", holding.findings, _not_ours),
    "not writable": Case("data", "cannot be written", "chown", holding.findings, _not_writable),
    "too new": Case("data", "999", "upgrade", holding.findings, _too_new),
    "damaged log": Case("data", "", "verify", holding.findings, _damaged_log),
    "damaged index": Case("index", "", "rebuild", holding.findings, _damaged_index),
    "late index": Case("index", "behind", "catches up", holding.findings, _late_index),
    "slow clock": Case("clock", "there are posts of", "set-ntp", holding.findings, _slow_clock),
    "open folder": Case("keys", "mode 755", "chmod 700", access.findings, _open_folder),
    "no pepper": Case("keys", "damaged", "new keys", access.findings, _no_pepper),
    "no key stands": Case("keys", "nobody can come in", "create", access.findings, _no_key_stands),
    "key ends": Case("keys", "expires on", "successor", access.findings, _key_ends),
    "open door": Case("address", "will not start", "keys create", access.findings, _open_door),
    "any name": Case("address", "any name", "allowed_hosts", access.findings, _any_name),
    "tight quota": Case("quotas", "below the 6,000", "at least", access.findings, _tight_quota),
    "no weights": Case("model", "is gone", "models pull", outside.findings, _no_weights),
    "cut weights": Case("model", "4 bytes, not 10", "models pull", outside.findings, _cut_weights),
    "no server": Case("model", "nobody answers", "start its server", outside.findings, _no_server),
    "no model key": Case("model", "key is not set", "FAR_KEY", outside.findings, _no_model_key),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _give_back() -> Iterator[None]:
    yield
    while _taken:
        _taken.pop().close()


def test_there_are_twenty_and_more() -> None:
    assert len(CASES) >= 20


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_problem_is_found_and_its_remedy_told(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = CASES[name]
    before = problems(case.look(settings(folder, **{"serve.port": 0})))
    assert case.about not in before, before
    flags = case.make(folder, monkeypatch) or {}
    found = problems(case.look(settings(folder, **{"serve.port": 0, **flags})))
    monkeypatch.undo()
    assert case.about in found
    assert case.told in found[case.about].told
    assert case.remedy in found[case.about].remedy


def test_sources_that_are_unknown_lack_something_or_fall_silent_are_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SIYAQ_MASTODON_TOKEN", raising=False)
    file = folder.parent / "siyaq.toml"
    tables = (
        ("nonsense://a", "a"),
        ("mastodon://m.example", "m"),
        ("rss+https://b.example", "bay"),
    )
    file.write_text("".join(f'[[sources]]\nurl = "{url}"\nname = "{n}"\n' for url, n in tables))
    loaded = config.load(file, environ={}, flags={"data": str(folder)})
    told = [(one.about, one.told) for one in outside.findings(loaded) if not one.ok]
    assert any(about == "source" and "nonsense" in text for about, text in told)
    assert any(about == "source" and text.startswith("m: no access token") for about, text in told)
    assert any(about == "silence" and text.startswith("bay: nothing since") for about, text in told)


def test_a_directory_that_is_written_now_is_no_problem(folder: Path) -> None:
    with LogWriter.open(folder):
        found = {one.about: one for one in holding.findings(settings(folder))}
    assert found["data"].ok
    assert found["data"].told.endswith("being written now")


def test_all_is_looked_at_and_all_is_well_on_a_good_installation(folder: Path) -> None:
    found = diagnose(settings(folder, **{"serve.port": 0}))
    assert problems(found).keys() <= {"memory", "disk"}  # of the machine that tests run on
    assert len(found) >= 15
