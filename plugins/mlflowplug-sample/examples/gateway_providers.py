"""Asks a model as MLflow's gateway would: `python examples/gateway_providers.py [API_BASE]`.

Without an address it asks a small server that it starts itself, whose model answers in capitals.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from mlflow.gateway.config import EndpointConfig
from mlflow.gateway.providers import get_provider
from mlflow.gateway.schemas import chat


class Capitals(BaseHTTPRequestHandler):
    """Answers as OpenAI's chat does."""

    def do_POST(self) -> None:
        """What it was told, in capitals."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        message = {"role": "assistant", "content": asked["messages"][-1]["content"].upper()}
        answer = {
            "id": "1",
            "object": "chat.completion",
            "created": 1_700_000_000,
            "model": asked["model"],
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 4, "completion_tokens": 4, "total_tokens": 8},
        }
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_: object) -> None:
        """Nobody reads the log of an example."""


def main(api_base: str) -> None:
    """Say good morning to the model."""
    config = {"api_base": api_base, "api_key": os.environ.get("OPENAI_API_KEY", "any")}
    model = {"provider": "sample", "name": "capitals", "config": config}
    endpoint = EndpointConfig(name="chat", endpoint_type="llm/v1/chat", model=model)
    provider = get_provider(endpoint.model.provider)(endpoint)
    question = chat.RequestPayload(messages=[{"role": "user", "content": "good morning"}])
    answer = asyncio.run(provider.chat(question))
    print(f"{answer.model} says: {answer.choices[0].message.content}")
    print(f"tokens: {answer.usage.total_tokens}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(sys.argv[1])
    else:
        with HTTPServer(("127.0.0.1", 0), Capitals) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            main(f"http://127.0.0.1:{server.server_port}/v1")
            server.shutdown()
