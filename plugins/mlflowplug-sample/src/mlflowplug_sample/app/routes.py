"""What the application adds to MLflow's: the management of keys over HTTP."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import PERMISSION_DENIED, RESOURCE_CONFLICT
from pydantic import BaseModel

from ..key_api import ADMIN, KEYS, USER, WHOAMI, KeyInfo, NewKey, key_path, rotate_path
from .guard import NAME_HEADER, ROLE_HEADER
from .key_file import KeyFile
from .keys import Keys

_logger = logging.getLogger(__name__)

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class NewKeyRequest(BaseModel):
    """The body of a request for a new key."""

    name: str
    role: str = USER


class MlflowRoute(APIRoute):
    """A route that answers MlflowException as MLflow's own do, so that its clients understand."""

    def get_route_handler(self) -> Handler:
        """FastAPI's handler, with MLflow's errors."""
        handle = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                return await handle(request)
            except MlflowException as error:
                body = json.loads(error.serialize_as_json())
                return JSONResponse(body, error.get_http_status_code())

        return answered


def caller(request: Request) -> KeyInfo:
    """Whose request it is: the guard wrote the headers, clients cannot."""
    return KeyInfo(request.headers[NAME_HEADER], request.headers[ROLE_HEADER], 0)


Caller = Annotated[KeyInfo, Depends(caller)]


def key_routes(keys: Keys, with_prefix: Callable[[str], str]) -> APIRouter:
    """The routes that manage `keys`; `with_prefix` puts the server's prefix before a path."""
    router = APIRouter(route_class=MlflowRoute)

    @router.get(with_prefix(WHOAMI))
    def whoami(who: Caller) -> KeyInfo:
        return next((one for one in keys.infos() if one.name == who.name), who)

    @router.get(with_prefix(KEYS))
    def list_keys(who: Caller) -> list[KeyInfo]:
        _check_admin(who)
        return keys.infos()

    @router.post(with_prefix(KEYS), status_code=201)
    def create_key(who: Caller, wanted: NewKeyRequest) -> NewKey:
        _check_admin(who)
        made = _changeable(keys).add(wanted.name, wanted.role)
        _logger.warning("%s made a key for %s (%s)", who.name, made.name, made.role)
        return made

    @router.post(with_prefix(rotate_path("{name}")))
    def rotate_key(who: Caller, name: str) -> NewKey:
        if name != who.name:
            _check_admin(who)
        made = _changeable(keys).rotate(name)
        _logger.warning("%s rotated the key of %s", who.name, name)
        return made

    @router.delete(with_prefix(key_path("{name}")))
    def delete_key(who: Caller, name: str) -> None:
        _check_admin(who)
        _changeable(keys).remove(name)
        _logger.warning("%s removed the key of %s", who.name, name)

    return router


def _check_admin(who: KeyInfo) -> None:
    if who.role != ADMIN:
        raise MlflowException(
            f"Only an {ADMIN} may do that, and {who.name!r} is none.", PERMISSION_DENIED
        )


def _changeable(keys: Keys) -> KeyFile:
    if isinstance(keys, KeyFile):
        return keys
    raise MlflowException(
        "These keys are set where the server is started; change them there.", RESOURCE_CONFLICT
    )
