"""What the client is for: `python examples/app_client.py http://mlflow.example.org`.

Without an address it asks a small server that it starts itself, which knows one key.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import mlflow.server

from mlflowplug_sample import key_api


class OneKey(BaseHTTPRequestHandler):
    """Answers as a server of which this client has a key."""

    def do_GET(self) -> None:
        """Whose key it is, or all keys."""
        alice = {"name": "alice", "role": key_api.ADMIN, "created": 1_700_000_000_000}
        answer = json.dumps(alice if self.path == key_api.WHOAMI else [alice])
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(answer.encode())

    def log_message(self, *_: object) -> None:
        """Nobody reads the log of an example."""


def main(url: str) -> None:
    """Say who we are, and who else there is."""
    client = mlflow.server.get_app_client("sample", url)
    who = client.whoami()
    print(f"{who.name} is {who.role}")
    for key in client.list_keys():
        print(f"a key of {key.name} ({key.role})")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(sys.argv[1])
    else:
        os.environ.setdefault("MLFLOW_TRACKING_TOKEN", "any key will do here")
        with HTTPServer(("127.0.0.1", 0), OneKey) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            main(f"http://127.0.0.1:{server.server_port}")
            server.shutdown()
