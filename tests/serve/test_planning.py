"""Plans over HTTP: the same figures as on the command line, and limits before work."""

from __future__ import annotations

import httpx2
import pytest

from siyaq.plan import load, names, run

from .wire import code_of

pytestmark = pytest.mark.anyio


async def test_the_box_is_listed_in_both_languages(client: httpx2.AsyncClient) -> None:
    box = (await client.get("/v1/plan")).json()
    assert [one["name"] for one in box["scenarios"]] == names()
    assert box["scenarios"][0]["title"].keys() == {"en", "ar"}
    assert {"none", "deepseek-v3"} <= set(box["models"])
    assert {"h100", "gb200"} <= set(box["hardware"])


async def test_a_plan_is_that_of_the_command_line(client: httpx2.AsyncClient) -> None:
    path = "/v1/plan/one-million-weekly"
    plan = (await client.get(path, params={"samples": 50, "seed": 3})).json()
    assert plan == run(load("one-million-weekly"), samples=50, seed=3)


async def test_levers_change_it(client: httpx2.AsyncClient) -> None:
    async def nodes(**asked: object) -> float:
        params = {"samples": 0, **asked}
        plan = (await client.get("/v1/plan/one-million-weekly", params=params)).json()  # type: ignore[arg-type]
        value: float = plan["results"]["nodes"]["value"]
        return value

    assert await nodes() == 3
    assert await nodes(set=["demand.weekly_users=10e6", "demand.peak=1"]) == 11
    assert await nodes(set=["demand.weekly_users=2 M people"]) == 6
    assert await nodes(model="none") == 0


async def test_it_is_told_in_the_language_asked_for(client: httpx2.AsyncClient) -> None:
    path = "/v1/plan/one-million-weekly/told?samples=0"
    english = (await client.get(path)).json()
    arabic = (await client.get(path, headers={"Accept-Language": "ar"})).json()
    assert (await client.get(f"{path}&lang=ar")).json() == arabic
    assert english["headlines"][0] == {"label": "graphics cards", "value": "24 GPUs", "range": ""}
    assert arabic["headlines"][0]["label"] == "البطاقات الرسومية"
    assert [one["key"] for one in english["levers"]] == [one["key"] for one in arabic["levers"]]


async def test_the_report_is_a_file_to_keep(client: httpx2.AsyncClient) -> None:
    response = await client.get("/v1/plan/laptop/report?samples=20&lang=ar")
    assert response.headers["content-disposition"].startswith("attachment;")
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.text.startswith('<!doctype html><html lang="ar">')


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/plan/nowhere", 404, "not_found"),
        ("/v1/plan/..%2Ffigures%2Fmodels", 404, "no_such_route"),
        ("/v1/plan/laptop?set=demand.peak=0", 400, "bad_scenario"),
        ("/v1/plan/laptop?set=demand.peek=1", 400, "bad_scenario"),
        ("/v1/plan/laptop?set=demand.peak", 400, "bad_query"),
        ("/v1/plan/laptop?model=gpt-9", 400, "bad_scenario"),
        ("/v1/plan/laptop?samples=1000000", 422, "out_of_range"),
        ("/v1/plan/laptop?surprise=1", 422, "unknown_field"),
    ],
)
async def test_what_cannot_be_planned_is_a_problem(
    client: httpx2.AsyncClient, path: str, status: int, code: str
) -> None:
    response = await client.get(path)
    assert code_of(response) == (status, code)


async def test_no_file_of_the_server_can_be_named(client: httpx2.AsyncClient) -> None:
    for name in ("%2Fetc%2Fpasswd", "mine.toml", "pyproject.toml"):
        assert (await client.get(f"/v1/plan/{name}")).status_code == 404


async def test_the_page_of_plans_is_there(client: httpx2.AsyncClient) -> None:
    page = await client.get("/plan")
    assert page.status_code == 200
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert b"/static/plan.js" in page.content
