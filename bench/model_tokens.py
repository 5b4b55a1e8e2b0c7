"""Tokens a second of an in-process model through siyaq, beside llama.cpp called directly.

`python bench/model_tokens.py WEIGHTS.gguf`: the same engine, weights, prompt, grammar and threads,
in turns, so that both see the same machine. Prints one JSON object; `ratio` is the median over
rounds of siyaq's rate by the other's of the same round.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import time
from pathlib import Path
from typing import Any

from siyaq.models.gguf import GgufModel, grammar

PROMPT = "Count from one to two hundred in words, one number a line. Do not stop early."
LONG = {"type": "object", "properties": {"t": {"type": "string", "minLength": 4000}}}
"""A reply that may not end before it is cut off: both write the same number of tokens."""

MESSAGES = [{"role": "user", "content": PROMPT}]


def directly(engine: Any, tokens: int) -> tuple[float, int]:
    """Generate by a call of the engine's own, and return tokens a second and the tokens."""
    counted = 0

    def on_chunk(chunk: dict[str, Any]) -> bool:
        nonlocal counted
        counted = (chunk.get("usage") or {}).get("completion_tokens", counted)
        return False

    request = {
        "messages": MESSAGES,
        "max_tokens": tokens,
        "temperature": 0.0,
        "stream": True,
        "stream_options": {"include_usage": True},
        "grammar": grammar({**LONG, "required": ["t"]}),
    }
    began = time.perf_counter()
    engine.handle_chat_completions(request, on_chunk)
    return counted / (time.perf_counter() - began), counted


async def through_siyaq(model: GgufModel, tokens: int) -> tuple[float, int]:
    """Generate through siyaq's port, and return tokens a second and the tokens."""
    counted = 0
    began = time.perf_counter()
    async for delta in model.stream(
        MESSAGES, max_output_tokens=tokens, json_schema={**LONG, "required": ["t"]}
    ):
        counted += delta.output_tokens
    return counted / (time.perf_counter() - began), counted


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path)
    parser.add_argument("--tokens", type=int, default=96)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    model = GgufModel("gguf:bench", given.weights, threads=given.threads, context_tokens=1024)
    engine = model.engine()
    directly(engine, 8)  # both find the prompt computed
    rates: dict[str, list[float]] = {"direct": [], "siyaq": []}
    for turn in range(given.rounds):
        for who in ("direct", "siyaq") if turn % 2 else ("siyaq", "direct"):
            if who == "direct":
                rate, counted = directly(engine, given.tokens)
            else:
                rate, counted = asyncio.run(through_siyaq(model, given.tokens))
            rates[who].append(rate)
    ratios = [a / b for a, b in zip(rates["siyaq"], rates["direct"], strict=True)]
    told = {
        "weights": given.weights.name,
        "tokens": counted,
        "threads": given.threads,
        "direct_tokens_per_s": round(statistics.median(rates["direct"]), 2),
        "siyaq_tokens_per_s": round(statistics.median(rates["siyaq"]), 2),
        "ratio": round(statistics.median(ratios), 3),
        "ratios": [round(ratio, 3) for ratio in ratios],
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
