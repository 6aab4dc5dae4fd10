"""A small server with the routes of `key_api.py`, on loopback: keys in memory, logins real."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from mlflowplug_sample.key_api import BASE, KEYS, WHOAMI, KeyInfo, NewKey

ADMIN = NewKey("admin", "admin", 1, "key-of-the-admin-0")


class KeyServer:
    """What the server knows, and what it was asked."""

    def __init__(self) -> None:
        self.keys = {"admin": ADMIN}
        self.asked: list[str] = []
        self._made = 0

    def make(self, name: str, role: str) -> NewKey:
        self._made += 1
        self.keys[name] = NewKey(name, role, self._made, f"key-number-{self._made}")
        return self.keys[name]


def application(state: KeyServer) -> FastAPI:
    app = FastAPI()

    @app.middleware("http")
    async def log_in(request: Request, call_next: Any) -> Response:
        state.asked.append(f"{request.method} {request.url.path}")
        shown = request.headers.get("authorization", "").removeprefix("Bearer ")
        request.state.who = next((k for k in state.keys.values() if k.key == shown), None)
        if request.state.who is None:
            return _error(401, "UNAUTHENTICATED", "a key is needed")
        if request.url.path != WHOAMI and request.state.who.role != "admin":
            return _error(403, "PERMISSION_DENIED", "only an admin may do that")
        answer: Response = await call_next(request)
        return answer

    @app.get(WHOAMI)
    def whoami(request: Request) -> dict[str, Any]:
        return {**_told(request.state.who), "of a later release": True}

    @app.get(KEYS)
    def list_keys() -> list[dict[str, Any]]:
        return [_told(one) for one in state.keys.values()]

    @app.post(KEYS, status_code=201)
    def create_key(wanted: dict[str, str]) -> NewKey:
        return state.make(wanted["name"], wanted["role"])

    @app.post(KEYS + "/{name}/rotate")
    def rotate_key(name: str) -> NewKey:
        return state.make(name, state.keys[name].role)

    @app.delete(KEYS + "/{name}")
    def delete_key(name: str) -> None:
        del state.keys[name]

    @app.get(BASE)
    def nothing() -> str:
        return "not what a client expects"

    return app


@contextmanager
def serving(state: KeyServer) -> Iterator[str]:
    """The server's address, while it runs."""
    config = uvicorn.Config(application(state), host="127.0.0.1", port=0, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    give_up = time.monotonic() + 30
    while not server.started and time.monotonic() < give_up:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


def _told(key: KeyInfo) -> dict[str, Any]:
    return {name: value for name, value in asdict(key).items() if name != "key"}


def _error(status: int, code: str, message: str) -> JSONResponse:
    return JSONResponse({"error_code": code, "message": message}, status)
