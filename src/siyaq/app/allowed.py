"""What somebody may bring in: posts of the sources that they see, and no others.

Else whoever may write could overwrite or delete what is kept from them, and learn from what became
of it what there is.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import replace

from siyaq.core.event import Event, PostEvent, Rejected, RejectReason
from siyaq.core.ids import split_post_id
from siyaq.core.ports import Batch, SourceAdapter
from siyaq.core.query import Shows


class Allowed:
    """An adapter whose changes of sources that `shows` keeps back are refused one by one."""

    def __init__(self, adapter: SourceAdapter, shows: Shows) -> None:
        self._adapter = adapter
        self._shows = shows

    @property
    def source(self) -> str:
        """The name of the input."""
        return self._adapter.source

    async def batches(self, resume: Mapping[str, str]) -> AsyncGenerator[Batch, None]:
        """Yield the batches, without what may not be brought."""
        async with aclosing(self._adapter.batches(resume)) as batches:
            async for batch in batches:
                yield self._within(batch)

    def _within(self, batch: Batch) -> Batch:
        named = [*map(_source, batch.events), *(one.source for one in batch.observations)]
        return replace(
            batch,
            events=tuple(one for one in batch.events if self._shows(_source(one))),
            observations=tuple(one for one in batch.observations if self._shows(one.source)),
            gaps=tuple(one for one in batch.gaps if self._shows(one.source)),
            rejected=(*batch.rejected, *(_foreign(one) for one in named if not self._shows(one))),
            source=batch.source or self._adapter.source,
        )


def _foreign(source: str) -> Rejected:
    """Return the refusal of a change; it counts where those who see the source can see it."""
    detail = "of a source this key cannot see"
    return Rejected(reason=RejectReason.NOT_YOURS, detail=detail, source=source)


def _source(event: Event) -> str:
    return split_post_id(event.post_id)[0] if isinstance(event, PostEvent) else event.source
