"""Small real servers of the protocols that alerts leave by, each in a thread of its own."""

from __future__ import annotations

import email
import socketserver
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Hook:
    """What was posted: (headers with lower-case names, body). `answers` are statuses to give."""

    def __init__(self) -> None:
        self.posted: list[tuple[Mapping[str, str], bytes]] = []
        self.answers: list[int] = []
        self.url = ""


@contextmanager
def hook_server() -> Iterator[Hook]:
    """Serve an address that takes what is posted to it."""
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            hook.posted.append((headers, body))
            self.send_response(hook.answers.pop(0) if hook.answers else 204)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server, _running(server):
        hook.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield hook


class Post:
    """What was mailed. `refusing`: the server says no to every recipient."""

    def __init__(self) -> None:
        self.letters: list[Message] = []
        self.refusing = False
        self.url = ""


@contextmanager
def mail_server() -> Iterator[Post]:
    """Serve SMTP (RFC 5321) as far as handing in a message goes."""
    post = Post()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 here")
            while line := self.rfile.readline():
                verb = line[:4].upper()
                if verb == b"QUIT":
                    self._say("221 bye")
                    return
                if verb == b"DATA":
                    self._say("354 go on")
                    letter = b"".join(iter(self.rfile.readline, b".\r\n"))
                    post.letters.append(email.message_from_bytes(letter))
                self._say("550 no" if verb == b"RCPT" and post.refusing else "250 fine")

        def _say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server, _running(server):
        post.url = f"smtp://127.0.0.1:{server.server_address[1]}"
        yield post


@contextmanager
def _running(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
