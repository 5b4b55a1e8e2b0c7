"""Every answer, card and search is metered, and stands on the bill."""

from __future__ import annotations

from pathlib import Path

import pytest
from prometheus_client import generate_latest

from siyaq.app.opening import open_siyaq
from siyaq.config import load
from siyaq.core.answer import Finished, Question, Usage
from siyaq.core.errors import ConfigError
from siyaq.core.ids import PostId
from siyaq.core.query import Query

from .conftest import send

pytestmark = pytest.mark.anyio

POSTS = [
    {"id": "1", "source": "x", "text": "The bridge at Sandholm reopened to cars at 11:40 today."},
    {"id": "2", "source": "y", "text": "أُعيد فتح جسر ساندهولم أمام السيارات هذا الصباح."},
]


async def test_what_calls_cost_is_told_and_kept(tmp_path: Path) -> None:
    flags: dict[str, str | int | None] = {
        "data": str(tmp_path / "data"),
        "embed.processes": 0,
        "meter.energy": "estimate",
        "prices.kwh": "0.20",
        "prices.posts": "x=0.005",
    }
    config = load(environ={}, flags=flags)
    async with open_siyaq(config, write=True) as siyaq:
        await send(siyaq, *POSTS)
        await siyaq.search(Query(text="bridge"))
        usage = Usage()
        async for event in siyaq.ask(Question(text="When did the bridge reopen?")):
            if isinstance(event, Finished):
                usage = event.answer.usage
        card = await siyaq.context(PostId("x:1"))
        for used in (usage, card.usage):
            assert used.seconds > 0
            assert used.cpu_seconds > 0
            assert used.energy_joules is not None
            assert used.energy_joules == pytest.approx(used.cpu_seconds * 3.5)
            assert used.energy_source == "estimate"
            assert used.bytes > 50
            assert used.cost_usd == pytest.approx(used.energy_joules / 3.6e6 * 0.20)
        bill = (await siyaq.status()).bill
        assert {kind: totals.calls for kind, totals in bill.items()} == {
            "ask": 1, "context": 1, "ingest": 1, "search": 1,
        }  # fmt: skip
        assert bill["ingest"].feed_usd == pytest.approx(0.005)
        exported = generate_latest(siyaq.metrics.registry).decode()
        assert 'siyaq_bill_joules_total{call="ask",source="estimate"}' in exported
        assert 'siyaq_bill_feed_usd_total{source="x"} 0.005' in exported
    async with open_siyaq(config, write=False) as reader:
        assert (await reader.status()).bill["ask"].calls == 1
        await reader.search(Query(text="bridge"))
    async with open_siyaq(config, write=False) as reader:
        assert (await reader.status()).bill["search"].calls == 2


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("prices.kwh", "cheap"),
        ("prices.kwh", "-1"),
        ("prices.kwh", "inf"),
        ("prices.models", "qwen=1"),
        ("prices.posts", "x:1"),
        ("meter.energy", "guess"),
    ],
)
def test_a_price_that_cannot_be_one_is_refused_by_name(key: str, value: str) -> None:
    with pytest.raises(ConfigError, match=key):
        load(environ={}, flags={key: value})
