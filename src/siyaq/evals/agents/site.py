"""The pages of a set, served from this machine, and what forms have sent to them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from siyaq.evals.agents.tasks import Sent

MOST_SENT_BYTES = 1024 * 1024
HOST = "127.0.0.1"


@dataclass
class Site:
    """Where the pages are, and what was sent there."""

    url: str = ""
    sent: list[Sent] = field(default_factory=list[Sent])


class _Pages(SimpleHTTPRequestHandler):
    """Serves files; a form that is sent to one is written down and answered with the file."""

    def __init__(self, site: Site, *given: object, directory: str) -> None:
        self._site = site
        super().__init__(*given, directory=directory)  # type: ignore[arg-type]  # as it is given

    def do_POST(self) -> None:  # its name
        size = int(self.headers.get("Content-Length") or 0)
        if not 0 <= size <= MOST_SENT_BYTES:
            self.send_error(413)
            return
        body = self.rfile.read(size).decode("utf-8", "replace")
        fields = dict(parse_qsl(body, keep_blank_values=True))
        self._site.sent.append(Sent(urlsplit(self.path).path, fields))
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(directory: Path) -> Iterator[Site]:
    """Serve the files of a directory until the block ends; one that is not there has none."""
    site = Site()
    handler = partial(_Pages, site, directory=str(directory))
    server = ThreadingHTTPServer((HOST, 0), handler)
    site.url = f"http://{HOST}:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, name="pages of a set")
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
