"""A server that wants another token every few requests: `python examples/request_auth_provider.py`.

A file holds the token, as an agent of a company's login would write it.
"""

from __future__ import annotations

import json
import os
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from mlflow import MlflowClient

EXPERIMENT = {"experiment_id": "0", "name": "Default", "lifecycle_stage": "active"}
ROTATE = 3
"""After so many answers the token is another one."""


class Server(BaseHTTPRequestHandler):
    """Answers whoever has the token in `file`, then replaces it."""

    file: Path
    answers = 0

    def do_GET(self) -> None:
        """Answer one request."""
        accepted = self.headers["Authorization"] == f"Bearer {self.file.read_text()}"
        body = json.dumps({"experiment": EXPERIMENT} if accepted else {}).encode()
        print(f"{200 if accepted else 401} for {self.headers['Authorization']}")
        Server.answers += 1
        if Server.answers % ROTATE == 0:
            self.file.write_text(f"token-{Server.answers // ROTATE}")
        self.send_response(200 if accepted else 401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing: what is worth knowing is printed above."""


def main(file: Path) -> None:
    """Ask the server through MLflow's client, with the token in `file`."""
    file.write_text("token-0")
    Server.file = file
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    os.environ["MLFLOW_TRACKING_AUTH"] = "sample"
    os.environ["SAMPLE_TOKEN_FILE"] = str(file)
    client = MlflowClient(f"http://127.0.0.1:{server.server_port}")
    for _ in range(3 * ROTATE):
        assert client.get_experiment("0").name == "Default"
    server.shutdown()
    server.server_close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        main(Path(folder) / "token")
