"""Which model phrases a card for whoever asks."""

from __future__ import annotations

from contextlib import suppress

from starlette.requests import Request

from siyaq.access import Need, Principal, Role
from siyaq.core.errors import SiyaqError
from siyaq.core.product import Product
from siyaq.serve.errors import Forbidden

_QUOTES = "extractive"


async def phraser_for(request: Request, product: Product) -> str | None:
    """Return the default model, where that is one and the caller may use it.

    A list of models that cannot be read costs no card: it names no model then.
    """
    caller: Principal = request.state.principal
    if not caller.may(Need.PHRASE):
        return None
    with suppress(SiyaqError):
        for one in await product.models():
            if one.role == "answers" and one.default and one.name != _QUOTES:
                return one.name
    return None


def check_phraser(request: Request, model: str) -> None:
    """Raise Forbidden where a key that everybody can see names a model of its choice."""
    caller: Principal = request.state.principal
    if model and caller.role is Role.CARD_ONLY:
        raise Forbidden(
            "a card-only key has cards phrased by the default model", hint="leave 'model' out"
        )
