"""A web server on this machine that keeps what MLflow delivers to it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECONDS = 30


class Recorder:
    """What came in, in the order in which it came."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/hook"
        self.received: queue.Queue[tuple[Mapping[str, str], bytes]] = queue.Queue()

    def request(self) -> tuple[Mapping[str, str], bytes]:
        """The headers and the body of the next request, which may still be on its way."""
        return self.received.get(timeout=SECONDS)


@contextmanager
def recording() -> Iterator[Recorder]:
    """A recorder, which ends with the context."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            recorder.received.put((dict(self.headers), self.rfile.read(length)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        recorder = Recorder(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield recorder
        server.shutdown()
        thread.join(SECONDS)
