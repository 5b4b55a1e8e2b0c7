"""Prompts for common jobs, which a person picks from a menu."""

from __future__ import annotations

from typing import Any

from mcp.server import MCPServer


def add_prompts(server: MCPServer[Any]) -> None:
    """Add the prompts to a server."""

    @server.prompt(title="Check a claim")
    def check_claim(claim: str) -> str:
        """Look for what supports and what disputes a claim."""
        return (
            "Use siyaq to check the claim between the lines. Ask it whether the claim holds, get"
            " the context of the text, and report: who said it first and when, what supports it,"
            " what disputes it, and what is not known. Quote word for word, with the link of each"
            " post; say so plainly where the posts do not tell.\n---\n"
            f"{claim}\n---"
        )

    @server.prompt(title="Catch up on a story")
    def catch_up(topic: str, since: str = "") -> str:
        """Tell what happened in a story, in its order."""
        limit = f" Only what was posted since {since} counts." if since else ""
        return (
            f"Use siyaq to tell what happened about: {topic}.{limit} Search for it, ask what is"
            " new, and give a short timeline: each turn with its time, who said it, and the link of"
            " the post. Name what sources disagree about."
        )

    @server.prompt(title="Explain a post")
    def explain_post(post_id: str) -> str:
        """Say in a few lines what a reader of a post should know."""
        return (
            f"Use siyaq's tools 'context' and 'thread' on the post {post_id}. In at most five"
            " lines, say what a reader should know: where it comes from, whether it was copied or"
            " changed, what is disputed, and what nobody knows."
        )
