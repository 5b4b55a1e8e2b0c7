"""What reads the messages of a stream: what its operator says in `map=`."""

from __future__ import annotations

from siyaq.sources.messages.batch import Reader
from siyaq.sources.messages.mapping import PostMapping, posts_of, read_toml
from siyaq.sources.messages.readings import readings_of
from siyaq.sources.messages.tesla import PRESET, TeslaReader


def open_reader(name: str) -> Reader:
    """Return what reads messages: "" the Post format, a preset by its name, or as a file says.

    A file with a `thing` in it maps readings, any other posts. Raises ConfigError, naming the key.
    """
    if not name:
        return PostMapping()
    if name == PRESET:
        return TeslaReader()
    document = read_toml(name)
    return readings_of(document, name) if "thing" in document else posts_of(document, name)
