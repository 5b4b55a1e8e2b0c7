"""Keeping a stream private: the guide as it stands."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from tests.cli.test_team import asked
from tests.docs.reader import ROOT, Reader, commands

GUIDE = "docs/guides/collections.md"


def test_the_guide_to_private_streams_does_what_it_says(tmp_path: Path) -> None:
    (settings,) = re.findall(r"```toml\n(.*?)```", (ROOT / GUIDE).read_text("utf-8"), re.S)
    (tmp_path / "siyaq.toml").write_text(settings)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    reader = Reader(tmp_path, {**os.environ, "PATH": path, "SIYAQ__EMBED__PROCESSES": "0"})
    *before, serve = commands(GUIDE)
    printed = [reader.runs(command) for command in before]
    admin, desk, intern = (one.split()[0] for one in printed[2:])
    refused = reader.tries("siyaq keys create --collections dsek")
    assert refused.returncode != 0
    assert "no collection 'dsek'" in refused.stderr
    with reader.serving(serve.replace("8080", "0")) as url:
        assert asked(url, desk, "/v1/posts/tips%3A1")[0] == 200
        assert asked(url, desk, "/v1/posts/news%3A1")[0] == 200
        assert asked(url, intern, "/v1/posts/news%3A1")[0] == 200
        kept, never = (asked(url, intern, f"/v1/posts/tips%3A{n}") for n in (1, 2))
        assert kept[0] == never[0] == 404
        assert kept[1]["detail"].replace("tips:1", "") == never[1]["detail"].replace("tips:2", "")
        sources = [one["source"] for one in asked(url, intern, "/v1/status")[1]["sources"]]
        assert sources == ["news"]
        keys = asked(url, admin, "/v1/keys")[1]["keys"]
        assert [one["collections"] for one in keys] == [["all"], ["desk", "public"], ["public"]]
    (tmp_path / "siyaq.toml").write_text("")
    stopped = reader.tries(serve.replace("8080", "0"))
    assert stopped.returncode != 0
    assert "sees the collection 'desk', which is not in the settings" in stopped.stderr
