"""A post and its author, as they are sent."""

from __future__ import annotations

from typing import cast

from siyaq.core.post import Author, Post
from siyaq.core.wire import to_wire
from siyaq.serve import schema


def author_json(author: Author) -> schema.AuthorJson:
    """Shape an author."""
    return {
        "id": author.id,
        "handle": author.handle,
        "name": author.name,
        "followers": author.followers,
    }


def post_json(post: Post) -> schema.PostJson:
    """Shape a post: the Post format, its author in the same shape as everywhere else."""
    return cast("schema.PostJson", {**to_wire(post), "author": author_json(post.author)})
