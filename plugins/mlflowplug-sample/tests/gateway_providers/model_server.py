"""A small server that speaks as OpenAI's does, on loopback: its model repeats what it is told."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

KEY = "key-of-the-model-server"
HEAD: dict[str, Any] = {"id": "1", "created": 1_700_000_000, "model": "parrot"}
USAGE = {"prompt_tokens": 2, "completion_tokens": 3, "total_tokens": 5}


class ModelServer:
    """What the server was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any], dict[str, str]]] = []


def application(state: ModelServer) -> FastAPI:
    app = FastAPI()

    @app.post("/v1/{path:path}")
    async def answer(path: str, request: Request) -> Response:
        body = await request.json()
        state.asked.append((path, body, dict(request.headers)))
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return JSONResponse({"error": {"message": "a wrong key"}}, 401)
        if body.get("stream"):
            parts = [f"data: {json.dumps(part)}\n\n" for part in _parts(path, body)]
            return StreamingResponse([*parts, "data: [DONE]\n\n"], media_type="text/event-stream")
        return JSONResponse(_answer(path, body))

    return app


def _answer(path: str, body: dict[str, Any]) -> dict[str, Any]:
    if path == "embeddings":
        data = [{"embedding": [float(len(text))], "index": 0} for text in body["input"]]
        return {**HEAD, "object": "list", "data": data, "usage": USAGE}
    choice: dict[str, Any] = {"index": 0, "finish_reason": "stop"}
    if path == "completions":
        return {**HEAD, "choices": [{**choice, "text": body["prompt"]}], "usage": USAGE}
    message = {"role": "assistant", "content": body["messages"][-1]["content"]}
    choices = [{**choice, "message": message}]
    return {**HEAD, "object": "chat.completion", "choices": choices, "usage": USAGE}


def _parts(path: str, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    chat = path == "chat/completions"
    told = body["messages"][-1]["content"] if chat else body["prompt"]
    for word in told.split():
        said = {"delta": {"content": word}} if chat else {"text": word}
        choice = {"index": 0, "finish_reason": None, **said}
        yield {**HEAD, "object": "chunk", "choices": [choice]}
    if body["stream_options"]["include_usage"]:
        yield {**HEAD, "object": "chunk", "choices": [], "usage": USAGE}


@contextmanager
def serving(state: ModelServer) -> Iterator[str]:
    """The address of its API, while it runs."""
    config = uvicorn.Config(application(state), host="127.0.0.1", port=0, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    give_up = time.monotonic() + 30
    while not server.started and time.monotonic() < give_up:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/v1"
    finally:
        server.should_exit = True
        thread.join(10)
