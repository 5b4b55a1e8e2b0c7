"""Answers as pages for whoever has the link, and as files that anybody can check.

A link cannot be guessed, expires, can be withdrawn, and is not for search engines. The page is
made anew each time it is opened: what was deleted since is not on it.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response
from typing_extensions import TypedDict

from siyaq.access import Owners, Share, Shares, account_of
from siyaq.access.shares import MOST_DAYS
from siyaq.core.errors import NotFound
from siyaq.core.product import Product
from siyaq.core.wire import rfc3339
from siyaq.serve import bundle
from siyaq.serve.answer_page import answer_page
from siyaq.serve.json import JsonResponse
from siyaq.serve.keys import caller_of
from siyaq.serve.strings import language_of

UNINDEXED = {"x-robots-tag": "noindex, nofollow, noarchive"}

_BUNDLE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/json": {"schema": {"type": "object"}}}}
}
_Id = Annotated[str, Path(max_length=200, description="the `id` of a kept answer")]
_Token = Annotated[str, Path(max_length=200)]


class ShareBody(BaseModel):
    """How long a link lives."""

    model_config = ConfigDict(extra="forbid")

    days: Annotated[int, Field(ge=1, le=MOST_DAYS)] = 7


class ShareJson(TypedDict):
    """A link to an answer. `path` is for whoever should see it, on this server."""

    id: str
    answer_id: str
    path: str
    created_at: str
    expires_at: str


class SharesJson(TypedDict):
    """The links that stand and that the caller may withdraw, the newest first."""

    shares: list[ShareJson]


def router(product: Product, kept: Shares | None, owners: Owners) -> APIRouter:
    """Return the routes of shared answers and of evidence bundles."""
    routes = APIRouter(tags=["shares"])

    @routes.get(
        "/v1/answers/{answer_id}/bundle",
        summary="A kept answer with the posts it rests on, which 'siyaq replay' checks anywhere",
        response_class=JsonResponse,
        responses=_BUNDLE,
    )
    async def bundled(answer_id: _Id) -> Response:
        return _file(await bundle.made(product, answer_id))

    @routes.post(
        "/v1/answers/{answer_id}/shares",
        summary="Make a link that shows an answer to whoever has it",
        response_model=ShareJson,
        status_code=201,
    )
    async def made(request: Request, answer_id: _Id, body: ShareBody) -> Response:
        await product.answer(answer_id)  # a link to nothing helps nobody
        shares = _held(kept)
        owner = caller_of(request).key_id
        share = await asyncio.to_thread(shares.make, owner, answer_id, body.days)
        return JsonResponse(_share_json(shares, share), status_code=201)

    @routes.get("/v1/shares", summary="Links that stand", response_model=SharesJson)
    async def listed(request: Request) -> Response:
        shares = _held(kept)
        found = await asyncio.to_thread(shares.listed, caller_of(request))
        return JsonResponse({"shares": [_share_json(shares, one) for one in found]})

    @routes.delete("/v1/shares/{share_id}", summary="Withdraw a link", status_code=204)
    async def withdrawn(
        request: Request, share_id: Annotated[str, Path(max_length=40)]
    ) -> Response:
        await asyncio.to_thread(_held(kept).withdraw, caller_of(request), share_id)
        return Response(status_code=204)

    @routes.get(
        "/s/{token}",
        summary="An answer that was shared, as a page of plain HTML",
        response_class=Response,
        responses={200: {"content": {"text/html": {}}}},
    )
    async def shown(
        request: Request,
        token: _Token,
        lang: Annotated[
            Literal["en", "ar"] | None, Query(description="left out: Accept-Language's")
        ] = None,
    ) -> Response:
        share = await asyncio.to_thread(_held(kept).open, token)
        async with account_of(None, owners.reading_for(share.owner)):
            question = await product.question_of(share.answer_id)
            answer = await product.answer(share.answer_id)
        page = answer_page(
            question,
            answer,
            lang or language_of(request.headers),
            expires_at=share.expires_at,
            bundle=f"/s/{token}/bundle",
        )
        return Response(page, media_type="text/html; charset=utf-8", headers=UNINDEXED)

    @routes.get(
        "/s/{token}/bundle",
        summary="The evidence bundle of an answer that was shared",
        response_class=JsonResponse,
        responses=_BUNDLE,
    )
    async def shown_bundle(token: _Token) -> Response:
        share = await asyncio.to_thread(_held(kept).open, token)
        async with account_of(None, owners.reading_for(share.owner)):
            made = await bundle.made(product, share.answer_id)
        return _file(made, UNINDEXED)

    return routes


def _file(made: bundle.Json, headers: dict[str, str] | None = None) -> Response:
    """Return a bundle to be kept as a file."""
    name = f"siyaq-{made['digest'][:12]}.json"
    disposition = {"content-disposition": f'attachment; filename="{name}"'}
    return JsonResponse(made, headers=disposition | (headers or {}))


def _share_json(shares: Shares, share: Share) -> ShareJson:
    return {
        "id": share.id,
        "answer_id": share.answer_id,
        "path": f"/s/{shares.token(share)}",
        "created_at": rfc3339(share.created_at),
        "expires_at": rfc3339(share.expires_at),
    }


def _held(shares: Shares | None) -> Shares:
    if shares is None:
        raise NotFound("this server shares no answers")
    return shares
