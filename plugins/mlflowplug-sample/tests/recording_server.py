"""An HTTP server on loopback that answers as a tracking server, and records what it was sent."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

HOST = "127.0.0.1"
EXPERIMENT = {
    "experiment_id": "0",
    "name": "Default",
    "artifact_location": "mlflow-artifacts:/0",
    "lifecycle_stage": "active",
}


class Recorded(NamedTuple):
    """One request."""

    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class RecordingServer:
    """What a server was sent, and whom it lets in.

    Attributes:
        url: its address.
        accepts: judges the `Authorization` header, empty where there is none.
        redirect: where the next requests are sent instead, when set.
    """

    url: str = ""
    accepts: Callable[[str], bool] = lambda _: True
    redirect: str = ""
    requests: list[Recorded] = field(default_factory=list)

    def sent(self, header: str) -> list[str]:
        """The values of a header, of every request."""
        return [one.headers.get(header, "") for one in self.requests]


@contextmanager
def recording_server() -> Iterator[RecordingServer]:
    """A server that runs until the block ends."""
    record = RecordingServer()
    server = ThreadingHTTPServer((HOST, 0), _handler(record))
    record.url = f"http://{HOST}:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield record
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def _handler(record: RecordingServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # One packet per small write would wait for the other side's acknowledgement.
        wbufsize = -1

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            record.requests.append(Recorded(self.path, dict(self.headers.items()), body))
            if not record.accepts(self.headers.get("Authorization", "")):
                self.write(401, {"error_code": "UNAUTHENTICATED", "message": "no"})
            elif record.redirect:
                self.write(302, {})
            else:
                self.write(200, {"experiment": EXPERIMENT})

        def write(self, status: int, content: object) -> None:
            text = json.dumps(content).encode()
            self.send_response(status)
            if status == 302:
                self.send_header("Location", record.redirect + self.path)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PUT = answer  # noqa: N815  the names are http.server's

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing: what is sent is recorded, not printed."""

    return Handler
