"""Shows the headers that a tracking server gets: `python examples/request_header_provider.py`."""

from __future__ import annotations

import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from mlflow import MlflowClient

EXPERIMENT = {"experiment_id": "0", "name": "Default", "lifecycle_stage": "active"}


class Server(BaseHTTPRequestHandler):
    """Prints the headers that begin with `X-`."""

    def do_GET(self) -> None:
        """Answer one request."""
        print([f"{name}: {self.headers[name]}" for name in self.headers if name.startswith("X-")])
        body = json.dumps({"experiment": EXPERIMENT}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing: what is worth knowing is printed above."""


def main() -> None:
    """Ask the server before and after it is configured as one of ours."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    os.environ["MLFLOW_TRACKING_URI"] = f"http://127.0.0.1:{server.server_port}"
    os.environ["SAMPLE_TEAM"] = "blue"
    for hosts in ("mlflow.example.com", "127.0.0.1"):
        os.environ["SAMPLE_HOSTS"] = hosts
        print(f"our servers: {hosts}")
        MlflowClient().get_experiment("0")
    server.shutdown()
    server.server_close()


if __name__ == "__main__":
    main()
