"""Saved questions from the command line, and the guide to them as it stands."""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.request
from pathlib import Path

from tests.docs.reader import Reader, commands

from .conftest import Siyaq

GUIDE = "docs/guides/watching.md"


def test_a_question_is_saved_paused_and_erased(siyaq: Siyaq) -> None:
    assert "no questions are saved" in siyaq("watch", "list").out
    made = siyaq("watch", "add", "Is the bridge open?", "--every", "15", "--json").json
    name = str(made["id"])
    inside = siyaq("watch", "add", "Why?", "--webhook", "http://127.0.0.1/hook")
    assert (inside.code, "not public" in inside.err) == (2, True)
    assert (made["every_minutes"], made["webhook_secret"]) == (15, None)
    assert "Is the bridge open?" in siyaq("watch", "list").out
    assert siyaq("watch", "pause", name).code == 0
    assert "rests" in siyaq("watch", "list").out
    assert siyaq("watch", "resume", name).code == 0
    assert "no answer has changed" in siyaq("watch", "alerts").out
    assert siyaq("watch", "remove", name).code == 0
    assert siyaq("watch", "remove", name).code == 2
    refused = siyaq("watch", "add", "Is it open?", "--email", "a@b.example")
    assert refused.code == 2
    assert "alerts.mail_to" in refused.err


def test_the_guide_to_watching_does_what_it_says(tmp_path: Path) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "SIYAQ__EMBED__PROCESSES": "0"}
    reader = Reader(tmp_path, environment)
    ask, listed, serve, alerts = commands(GUIDE)[:4]
    feed = reader.runs(ask).splitlines()[1].removeprefix("feed of its alerts: ")
    assert "Is the bridge open?" in reader.runs(listed)
    assert serve == "siyaq serve"
    with reader.serving(f"{serve} --port 0") as url:
        deadline = time.monotonic() + 120
        while True:
            (watch,) = json.loads(reader.runs(f"{listed} --json"))
            if watch["answer_id"]:
                break
            assert time.monotonic() < deadline, watch
        with urllib.request.urlopen(url + feed) as response:
            assert "Is the bridge open?" in response.read().decode()
    assert "no answer has changed" in reader.runs(alerts)
