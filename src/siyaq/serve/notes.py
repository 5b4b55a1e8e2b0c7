"""What readers say of posts and cards: proposing notes, rating them, reading them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from siyaq.core.note import Classification, Helpfulness, MisleadingTag, NoteDraft
from siyaq.core.product import Product
from siyaq.serve.json import JsonResponse
from siyaq.serve.posts import named
from siyaq.serve.schema import NoteJson, NotesJson
from siyaq.serve.shape.note import note_json, note_score_json

_Id = Annotated[str, Path(description="`source:native id`, percent-encoded")]
_NoteId = Annotated[str, Path(max_length=64, description="a note's id")]
_Reader = Annotated[
    str, Field(min_length=1, max_length=200, description="a reader's name, vouched for by you")
]


class NoteBody(BaseModel):
    """A note that a reader proposes."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=2_000)
    author: _Reader
    classification: Classification
    misleading_tags: list[MisleadingTag] = Field(default_factory=list, max_length=7)
    trustworthy_sources: bool = False


class RatingBody(BaseModel):
    """A reader's rating; the last one of a reader counts."""

    model_config = ConfigDict(extra="forbid")

    rater: _Reader
    helpful: Helpfulness


def router(product: Product) -> APIRouter:
    """Return the routes of readers' notes."""
    routes = APIRouter(tags=["notes"])

    @routes.get(
        "/v1/posts/{post_id}/notes",
        summary="Readers' notes on a post, and how they find its card",
        response_model=NotesJson,
    )
    async def notes(post_id: _Id) -> Response:
        card, found = await product.notes(named(post_id))
        told = [note_json(one) for one in found]
        return JsonResponse({"card": note_score_json(card), "notes": told})

    @routes.post(
        "/v1/posts/{post_id}/notes",
        summary="Propose a note on a post",
        response_model=NoteJson,
        status_code=201,
    )
    async def propose(post_id: _Id, body: NoteBody) -> Response:
        draft = NoteDraft(
            text=body.text,
            author=body.author,
            classification=body.classification,
            misleading_tags=tuple(dict.fromkeys(body.misleading_tags)),
            trustworthy_sources=body.trustworthy_sources,
        )
        note = await product.propose_note(named(post_id), draft)
        return JsonResponse(note_json(note), status_code=201)

    @routes.post(
        "/v1/posts/{post_id}/context/ratings",
        summary="Rate the card of a post",
        status_code=204,
    )
    async def rate_card(post_id: _Id, body: RatingBody) -> Response:
        await product.rate_card(named(post_id), body.rater, body.helpful)
        return Response(status_code=204)

    @routes.put(
        "/v1/posts/{post_id}/media/{place}",
        summary="Hand in the bytes of a post's picture, so that it is known again",
        status_code=204,
        openapi_extra={"requestBody": {"required": True, "content": {"image/*": {}}}},
    )
    async def picture(
        request: Request, post_id: _Id, place: Annotated[int, Path(ge=0, le=99)]
    ) -> Response:
        await product.take_picture(named(post_id), place, await request.body())
        return Response(status_code=204)

    @routes.post("/v1/notes/{note_id}/ratings", summary="Rate a note", status_code=204)
    async def rate(note_id: _NoteId, body: RatingBody) -> Response:
        await product.rate_note(note_id, body.rater, body.helpful)
        return Response(status_code=204)

    @routes.delete("/v1/notes/{note_id}", summary="Erase a note and its ratings", status_code=204)
    async def forget(note_id: _NoteId) -> Response:
        await product.forget_note(note_id)
        return Response(status_code=204)

    return routes
