"""Settings: which source wins, what is refused, and what is never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from siyaq.config import SETTINGS, FollowSetting, load
from siyaq.core.errors import ConfigError


def write(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "siyaq.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_with_nothing_given_every_setting_has_its_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    config = load(environ={})
    assert (config.host, config.port, config.keys) == ("127.0.0.1", 8080, ())
    assert set(config.origins.values()) == {"default"}


def test_the_later_of_file_environment_and_flag_wins(tmp_path: Path) -> None:
    file = write(tmp_path, '[serve]\nhost = "::1"\nport = 1\n')
    config = load(file, {"SIYAQ__SERVE__PORT": "2"}, {"data": "here", "serve.port": None})
    assert (config.host, config.port, config.data) == ("::1", 2, Path("here"))
    assert config.origins["serve.host"] == "siyaq.toml"
    assert config.origins["serve.port"] == "environment"
    assert config.origins["data"] == "command line"


def test_grpc_listens_on_the_port_after_that_of_http_unless_told(tmp_path: Path) -> None:
    def port(**flags: int) -> int:
        return load(write(tmp_path, ""), {}, {f"serve.{k}": v for k, v in flags.items()}).grpc_port

    assert port(port=9000) == 9001
    assert port(port=9000, grpc_port=7000) == 7000
    assert port(port=0) == 0
    assert port(port=65535) == 0


def test_sources_are_read_from_the_file(tmp_path: Path) -> None:
    file = write(tmp_path, '[[sources]]\nurl = "rss+https://example.org/feed"\nname = "news"\n')
    assert load(file, {}).sources == (FollowSetting("rss+https://example.org/feed", "news"),)


def test_a_file_of_another_name_is_named_as_the_origin(tmp_path: Path) -> None:
    file = write(tmp_path, '[serve]\nport = 1\n[[sources]]\nurl = "rss+https://h/f"\n')
    config = load(file.rename(tmp_path / "mine.toml"), {})
    assert config.origins["serve.port"] == config.origins["sources"] == "mine.toml"


def test_a_list_is_separated_by_commas(tmp_path: Path) -> None:
    file = write(tmp_path, '[serve]\nallowed_hosts = "a.example, b.example,"\n')
    assert load(file, {}).allowed_hosts == ("a.example", "b.example")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[serve]\nprot = 80\n", "unknown setting 'serve.prot'"),
        ("[serve]\nport = 70000\n", "from 0 to 65535"),
        ('[serve]\nport = "many"\n', "must be a number"),
        ('[serve]\nkeys = "abc"\n', "is a secret"),
        ("sources = 3\n", "must be a list"),
        ('[[sources]]\nlink = "x"\n', "has a 'url'"),
        ("[serve\n", "cannot read settings"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_name(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        load(write(tmp_path, text), {})


def test_a_misspelt_setting_is_told_its_nearest_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(write(tmp_path, "[serve]\nprot = 80\n"), {})
    assert caught.value.hint == "did you mean 'serve.port'?"


def test_an_unknown_environment_setting_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"unknown setting .serve\.prt. in environment"):
        load(write(tmp_path, ""), {"SIYAQ__SERVE__PRT": "1"})


def test_a_secret_is_never_shown(tmp_path: Path) -> None:
    config = load(write(tmp_path, ""), {"SIYAQ__SERVE__KEYS": "a-very-secret-key"})
    assert config.keys == ("a-very-secret-key",)
    assert "a-very-secret-key" not in repr(config.shown())


def test_every_setting_says_what_it_means() -> None:
    assert all(setting.help for setting in SETTINGS)
