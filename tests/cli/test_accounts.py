"""Accounts from the command line, and what the guide for a team says of them."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.docs.reader import ROOT, Reader, commands

from .conftest import Siyaq

PASSWORD = "four words and a river"


@pytest.fixture
def types(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What comes in from somewhere that is not a terminal."""
    typed = io.StringIO(f"{PASSWORD}\nnot this line\n")
    monkeypatch.setattr(sys, "stdin", typed)
    return typed


def test_an_account_is_made_listed_changed_and_closed(siyaq: Siyaq, types: io.StringIO) -> None:
    assert "no accounts" in siyaq("accounts", "list").out
    made = siyaq("accounts", "create", "Huda", "--role", "writer", "--json").json
    types.seek(0)
    again = siyaq("accounts", "create", "huda")
    assert (again.code, "there is an account" in again.err) == (2, True)
    (listed,) = json.loads(siyaq("accounts", "list", "--json").out)
    assert (listed["id"], listed["role"], listed["state"]) == (made["id"], "writer", "stands")
    assert siyaq("accounts", "role", "HUDA", "card-only").code == 2
    assert siyaq("accounts", "role", "HUDA", "reader").code == 0
    assert siyaq("accounts", "close", str(made["id"])).code == 0
    shown = siyaq("accounts", "list").out
    assert ("closed" in shown, "reader" in shown, "Huda" in shown) == (True, True, True)
    assert siyaq("accounts", "close", "nobody").code == 2
    types.seek(0)
    types.truncate()
    assert siyaq("accounts", "create", "Salim").code == 2  # nothing came in


def test_the_guide_to_accounts_does_what_it_says(tmp_path: Path) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    reader = Reader(tmp_path, {**os.environ, "PATH": path})
    text = (ROOT / "docs/guides/team.md").read_text(encoding="utf-8")
    section = text.partition("## People who sign in to the page")[2]
    block = re.search(r"```sh\n(.*?)```", section, re.S)
    assert block is not None
    said = [reader.runs(command) for command in block[1].splitlines()]
    assert "Huda" in said[0]
    assert re.search(r"Huda\s+writer\s+stands\s+0\s+this machine", said[1])
    assert "closed" in reader.runs("siyaq accounts list")
    assert re.search(r"close account \w+", reader.runs("siyaq keys audit"))


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl here")
def test_signing_in_over_http_goes_as_the_guide_says(tmp_path: Path) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    settings = {"PATH": path, "SIYAQ__EMBED__PROCESSES": "0"}
    reader = Reader(tmp_path, {**os.environ, **settings})
    told = commands("docs/guides/team.md")
    reader.runs(next(one for one in told if "accounts create Huda" in one))
    sign_in, ask, sign_out = [one for one in told if one.startswith("curl")]
    with reader.serving("siyaq serve --port 0") as url:
        sign_in, ask, sign_out = (
            one.replace("8080", url.rpartition(":")[2]) for one in (sign_in, ask, sign_out)
        )
        assert json.loads(reader.runs(ask))["code"] == "unauthorized"
        assert json.loads(reader.runs(sign_in))["signed_in"]["name"] == "Huda"
        assert json.loads(reader.runs(ask))["status"] == "abstained"
        unsaid = re.sub(r" -H 'origin: \S+'", "", ask)
        assert unsaid != ask
        assert json.loads(reader.runs(unsaid))["code"] == "cross_origin"
        reader.runs(sign_out)
        assert json.loads(reader.runs(ask))["code"] == "unauthorized"
