"""The guard: asks every request for a key, before any of MLflow's code sees it."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Collection, MutableMapping
from typing import Any

from ..key_api import KeyInfo
from .credentials import HEADER, PREFERRED, Headers, credentials
from .keys import Keys

_logger = logging.getLogger(__name__)

# ASGI's own types, https://asgi.readthedocs.io/en/latest/specs/main.html
Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

NAME_HEADER = "X-Sample-Key-Name"
"""The header in which the application behind the guard finds the name of the caller's key."""
ROLE_HEADER = "X-Sample-Key-Role"
"""The header of its role."""

_OURS = (NAME_HEADER.lower().encode(), ROLE_HEADER.lower().encode())
_POLICY_VIOLATION = 1008


class Guard:
    """An ASGI application around another one, which only requests with a key reach.

    It knows nothing of routes, so it cannot forget one: not the `/ajax-api` twins of MLflow's
    paths, nor those under `--static-prefix`, nor what the next MLflow adds. A guard inside, such
    as Flask's `before_request`, never sees what FastAPI answers itself (mlflow#17523).

    Args:
        app: what is guarded.
        keys: who may come in.
        open_paths: exact paths that anybody may GET.
    """

    def __init__(self, app: Application, keys: Keys, open_paths: Collection[str]) -> None:
        self._app = app
        self._keys = keys
        self._open = frozenset(open_paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what has a key, refuse everything else."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        caller, header = self._caller(scope)
        if caller is not None or self._is_open(scope):
            await self._app(_passed_on(scope, caller, header), receive, send)
        else:
            await _refuse(scope, send)

    def _caller(self, scope: Scope) -> tuple[KeyInfo | None, bytes]:
        shown = credentials(scope.get("headers", ()))
        if shown is None:
            return None, HEADER
        found = self._keys.find(shown.key)
        if found is None or shown.name not in (None, found.name):
            _logger.warning("A key was refused: %s", _described(scope))
            return None, shown.header
        _logger.debug("%s: %s", found.name, _described(scope))
        return found, shown.header

    def _is_open(self, scope: Scope) -> bool:
        return (
            scope["type"] == "http"
            and scope["method"] in ("GET", "HEAD")
            and scope["path"] in self._open
        )


def _passed_on(scope: Scope, caller: KeyInfo | None, consumed: bytes) -> Scope:
    """The request with the caller's name in it, and without the key.

    MLflow's gateway forwards headers to model providers, and traces and logs keep them.
    """
    # WSGI cannot tell `X_Name` from `X-Name`: Flask would read a forged one of either spelling.
    headers: Headers = [
        (name, value)
        for name, value in scope.get("headers", ())
        if name.lower() not in (consumed, PREFERRED)
        and name.lower().replace(b"_", b"-") not in _OURS
    ]
    if caller is not None:
        headers += zip(_OURS, (caller.name.encode(), caller.role.encode()), strict=True)
    return {**scope, "headers": headers}


async def _refuse(scope: Scope, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
    elif scope["type"] == "http":
        await _answer_401(send)


async def _answer_401(send: Send) -> None:
    body = json.dumps(
        {
            "error_code": "UNAUTHENTICATED",
            "message": "This MLflow server needs a key: set MLFLOW_TRACKING_TOKEN, or "
            "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD.",
        }
    ).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        # Browsers ask for a name and a key, and send both from then on.
        (b"www-authenticate", b'Basic realm="MLflow", charset="UTF-8"'),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": 401, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _described(scope: Scope) -> str:
    client = (scope.get("client") or ("?",))[0]
    # As Python writes it: a line break in a path would forge a line of the log.
    return f"{scope.get('method', scope['type'])} {scope.get('path')!r} from {client}"
