"""The command line as a person and as a machine would use it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from siyaq.core.errors import DiskFull
from siyaq.index.vectors import VectorWriter
from tests.cli.conftest import Siyaq

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def test_articles_and_posts_go_in_and_questions_in_both_languages_come_out(siyaq: Siyaq) -> None:
    articles = sorted(map(str, (EXAMPLES / "articles").iterdir()))
    taken = siyaq("ingest", *articles, str(EXAMPLES / "posts.jsonl"), "--json")
    assert taken.code == 0
    assert (taken.json["created"], taken.json["refused"]) == (23, {})
    english = siyaq("ask", "How much will the repair of the harbor bridge cost?", "--json").json
    assert "3.2 million crowns" in json.dumps(english["sentences"])
    arabic = siyaq("ask", "كم تبلغ تكلفة إصلاح جسر الميناء؟", "--json").json
    assert "3.2 مليون كرونة" in json.dumps(arabic["sentences"], ensure_ascii=False)
    nothing = siyaq("ask", "Who composed the opera Aida?", "--json").json
    assert (nothing["status"], nothing["sentences"]) == ("abstained", [])
    found = siyaq("search", "ferry tickets", "-k", "2", "--json")
    assert "town:13" in found.out
    card = siyaq("context", "town:7", "--json").json
    assert isinstance(card["copies"], dict)
    assert card["copies"]["accounts"] == 5
    text = "All times of the extra ferries are in this text that nobody posted"
    nowhere = siyaq("context", "--text", text, "--json").json
    assert (nowhere["post_id"], nowhere["status"]) == (None, "abstained")
    assert siyaq("verify").code == 0
    again = siyaq("ingest", str(EXAMPLES / "posts.jsonl"), "--json").json
    assert again["created"] == 0
    status = siyaq("status", "--json").json
    assert status["posts"] == 23


def test_what_people_see_names_who_said_it_and_when(siyaq: Siyaq) -> None:
    siyaq("ingest", str(EXAMPLES / "posts.jsonl"))
    told = siyaq("ask", "When do the extra ferries run?").out
    assert "@norra_lines" in told
    assert "2026-11-20 10:05 UTC" in told
    shown = siyaq("context", "town:7").out
    assert "5 posts · 5 accounts" in shown
    assert "5 منشورات · 5 حسابات" in siyaq("context", "town:7", "--lang", "ar").out
    text = "The harbor bridge closes to all vehicles on Monday at 06:00."
    assert "town:1 (likely" in siyaq("context", "--text", text).out
    assert "EIGHT" in shown


def test_bad_lines_are_counted_by_reason_with_their_numbers(siyaq: Siyaq, tmp_path: Path) -> None:
    file = tmp_path / "mixed.jsonl"
    good = '{"id": "1", "text": "the tram is back"}'
    file.write_text(f'{good}\nnot json\n{{"id": "2"}}\n\n{good.replace("1", "3")}\n')
    report = siyaq("ingest", str(file), "--json").json
    assert report["created"] == 2
    assert report["refused"] == {"malformed": 1, "no_text": 1}
    told = siyaq("ingest", str(file), "--data", "elsewhere").out
    assert "line 2: malformed" in told
    assert "line 3: no_text" in told


def test_rebuilding_changes_no_search_result(siyaq: Siyaq) -> None:
    siyaq("ingest", str(EXAMPLES / "posts.jsonl"))
    queries = ("bridge closed", "العبّارة", "who scored", "six months")
    before = [siyaq("search", query, "--json").json["hits"] for query in queries]
    assert siyaq("rebuild").code == 0
    assert [siyaq("search", query, "--json").json["hits"] for query in queries] == before


def test_a_purged_post_leaves_no_byte_behind(siyaq: Siyaq, tmp_path: Path) -> None:
    canary = "xyzzycanaryword"
    file = tmp_path / "one.jsonl"
    file.write_text(
        f'{{"id": "1", "text": "a secret {canary} here"}}\n{{"id": "2", "text": "b"}}\n'
    )
    siyaq("ingest", str(file), "--data", "held")
    held = [path for path in (tmp_path / "held").rglob("*") if path.is_file()]
    assert any(canary.encode() in path.read_bytes() for path in held)
    assert "1 posts erased" in siyaq("purge", "jsonl:1", "jsonl:9", "--data", "held").out
    held = [path for path in (tmp_path / "held").rglob("*") if path.is_file()]
    assert not [path for path in held if canary.encode() in path.read_bytes()]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("ask", "anything"), 2, "ingest"),
        (("context", "no-colon"), 2, "is not of the form"),
        (("context",), 2, "one of them"),
        (("context", "town:7", "--text", "x"), 2, "one of them"),
        (("search", "x", "--since", "yesterday-ish"), 2, "is not a time"),
        (("search", "x", "--since", "0001-01-01T00:00:00+14:00"), 2, "is not a time"),
        (("purge", "jsonl:1"), 2, "no siyaq data"),
        (("purge", "no-colon"), 2, "is not of the form"),
        (("rebuild",), 2, "no siyaq data"),
        (("ingest", "missing.jsonl"), 2, "missing.jsonl"),
        (("follow", "smoke://hill"), 2, "no source speaks 'smoke'"),
        (("eval", "juggling", "."), 2, "juggling"),
        (("replay", "missing.jsonl", "--speed", "0"), 2, "must be above 0"),
    ],
)
def test_a_mistake_is_told_with_what_to_do(
    siyaq: Siyaq, arguments: tuple[str, ...], code: int, told: str
) -> None:
    run = siyaq(*arguments)
    assert run.code == code
    assert "error: " in run.err
    assert told in run.err.replace("\n", " ")
    assert "Traceback" not in run.err


@pytest.mark.parametrize("command", [("purge", "jsonl:1"), ("rebuild",), ("verify",)])
def test_looking_after_nothing_makes_no_data_directory(
    siyaq: Siyaq, tmp_path: Path, command: tuple[str, ...]
) -> None:
    assert siyaq(*command, "--data", "mistyped").code == 2
    assert not (tmp_path / "mistyped").exists()


def test_an_index_that_cannot_be_written_is_told_and_not_waited_for(
    siyaq: Siyaq, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise DiskFull("cannot write the index: no space left on the disk")

    with monkeypatch.context() as failing:
        failing.setattr(VectorWriter, "apply", full)
        run = siyaq("ingest", str(EXAMPLES / "posts.jsonl"))
    assert run.code == 69  # room on the disk is what is missing
    assert "no space left" in run.err
    assert "Traceback" not in run.err
    again = siyaq("ingest", str(EXAMPLES / "posts.jsonl"), "--json")
    assert (again.code, again.json["created"]) == (0, 0)
    status = siyaq("status", "--json").json
    assert status["embedded_seq"] == status["log_seq"] == status["posts"]


def test_the_doctor_knows_a_directory_that_is_not_ours(siyaq: Siyaq, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    assert siyaq("doctor", "--data", "photos").code == 0
    (tmp_path / "photos" / "cat.jpg").touch()
    run = siyaq("doctor", "--data", "photos")
    assert run.code == 1
    assert "holds something else" in run.out


def test_help_tells_every_command(siyaq: Siyaq) -> None:
    told = siyaq("--help").out
    for command in (
        *("serve", "demo", "ingest", "follow", "replay", "search", "ask", "context", "status"),
        *("rebuild", "verify", "purge", "models", "eval", "config", "doctor"),
    ):
        assert command in told


def test_settings_and_models_are_shown(siyaq: Siyaq) -> None:
    shown = siyaq("config", "show", "--json").json
    assert shown["serve.port"] == {"value": 8080, "origin": "default"}
    assert "extractive" in siyaq("models", "list", "--json").out
    assert siyaq("doctor", "--json").code == 0


def test_the_doctor_says_what_sources_lack(
    siyaq: Siyaq, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SIYAQ_MASTODON_TOKEN", raising=False)
    token = tmp_path / "token"
    token.write_text("a-token-of-mine\n")
    urls = (
        "x://?rule=rain",
        "mastodon://m.example/public/local",
        f"mastodon://n.example?token_file={token}",
    )
    (tmp_path / "siyaq.toml").write_text("".join(f'[[sources]]\nurl = "{url}"\n' for url in urls))
    findings = siyaq("doctor", "--config", str(tmp_path / "siyaq.toml"), "--json")
    told = [one["told"] for one in json.loads(findings.out) if one["about"] == "source"]
    assert told[0] == "x: no cap on what a month may cost: add cap_usd=20 to the URL"
    assert told[1].startswith("mastodon: no access token in SIYAQ_MASTODON_TOKEN_M_EXAMPLE")
    assert told[2] == "mastodon has what it needs"
    assert "a-token-of-mine" not in findings.out


def test_following_what_lacks_a_token_says_so_and_fails(
    siyaq: Siyaq, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SIYAQ_MASTODON_TOKEN", raising=False)
    followed = siyaq("follow", "mastodon://127.0.0.1:9", "--seconds", "20")
    assert followed.code == 1
    assert "no access token in" in " ".join(followed.out.split())
    assert "SIYAQ_MASTODON_TOKEN" in followed.out


def test_a_key_is_made_listed_and_revoked(siyaq: Siyaq) -> None:
    made = siyaq("keys", "create", "--role", "writer", "--name", "the desk", "--json").json
    key = str(made["key"])
    assert key.startswith(f"sq_{made['id']}_")
    listed = siyaq("keys", "list")
    assert "the desk" in listed.out
    assert "stands" in listed.out
    assert key not in listed.out
    assert siyaq("keys", "revoke", str(made["id"])).code == 0
    assert "revoked" in siyaq("keys", "list").out
    assert "revoke key" in siyaq("keys", "audit").out
    assert siyaq("keys", "revoke", "nobody").code == 2


def test_a_key_that_stands_in_pages_names_them(siyaq: Siyaq) -> None:
    refused = siyaq("keys", "create", "--role", "card-only")
    assert refused.code == 2
    assert "--origin" in refused.err
    made = siyaq("keys", "create", "--role", "card-only", "--origin", "https://news.example")
    assert made.out.startswith("sq_")
    assert siyaq("keys", "list", "--json").out.count("https://news.example") == 1


def test_a_command_that_serves_nothing_loads_no_server() -> None:
    program = "import sys, siyaq.cli; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert {"fastapi", "uvicorn", "mcp", "grpc"}.isdisjoint(done.stdout.split())


def test_an_answer_becomes_a_file_that_is_checked_anywhere(siyaq: Siyaq, tmp_path: Path) -> None:
    post = {"id": "1", "text": "The night ferry to Port Selwin leaves pier four at 23:15."}
    (tmp_path / "posts.jsonl").write_text(json.dumps(post) + "\n")
    assert siyaq("ingest", "posts.jsonl").code == 0
    answer = siyaq("ask", "When does the night ferry to Port Selwin leave?", "--json").json
    assert siyaq("bundle", answer["id"], "--out", "evidence.json").code == 0
    elsewhere = ("--data", str(tmp_path / "nothing-here"))
    holds = siyaq("replay", "evidence.json", "--json", *elsewhere)
    assert holds.json == {"holds": True, "problems": []}
    assert not (tmp_path / "nothing-here").exists()
    path = tmp_path / "evidence.json"
    path.write_text(path.read_text().replace("23:15", "21:15"))
    forged = siyaq("replay", "evidence.json", *elsewhere)
    assert forged.code == 1
    assert "digest does not match" in forged.out
    assert "is not the one that was hashed" in forged.out
