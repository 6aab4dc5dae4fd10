"""MLflow's own server, put behind the guard."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INVALID_STATE

from .guard import Guard
from .settings import configured_keys

if TYPE_CHECKING:
    from fastapi import FastAPI

    from .keys import Keys

OPEN = ("health", "version")
"""MLflow's functions that answer /health and /version: load balancers and clients ask them before
they have a key, and they tell nothing else."""

SERVER = "_MLFLOW_SGI_NAME"
"""Where `mlflow server` says which server it starts."""
_WSGI_SERVERS = ("gunicorn", "waitress")


def guarded_server() -> Guard:
    """MLflow's server with the keys that the environment configures.

    Raises:
        MlflowException: there are no keys, or the server would not go through the guard.
    """
    _check_server()
    return guarded(configured_keys())


def guarded(keys: Keys) -> Guard:
    """MLflow's server behind `keys`."""
    # Only now, and only in the server's own process: the import of MLflow's server reads its
    # settings, and `mlflow server` sets them in the environment of the process that it starts.
    from mlflow.server import app as flask_app

    # Exactly where this MLflow serves them: under the static prefix, or in older releases not.
    rules = flask_app.url_map.iter_rules()
    return Guard(_server(keys), keys, {rule.rule for rule in rules if rule.endpoint in OPEN})


def _server(keys: Keys) -> FastAPI:
    from mlflow.server import app as flask_app
    from mlflow.server.fastapi_app import create_fastapi_app
    from mlflow.server.handlers import _add_static_prefix
    from starlette.routing import Mount

    from .routes import key_routes

    server: FastAPI = create_fastapi_app(flask_app)
    server.include_router(key_routes(keys, _add_static_prefix))
    # MLflow mounts its Flask application at "/", which answers whatever comes after it.
    server.router.routes.sort(key=lambda route: isinstance(route, Mount))
    return server


def _check_server() -> None:
    """Refuse `--gunicorn-opts` and `--waitress-opts`.

    Both serve WSGI, that is MLflow's Flask part alone, without the routes that FastAPI answers
    (jobs, gateway, traces), and neither can call a guard that is made for all of them.
    """
    name = os.environ.get(SERVER, "")
    if name in _WSGI_SERVERS:
        raise MlflowException(
            f"{name} serves only a part of MLflow, and cannot serve the guard. "
            f"Start the server without --{name}-opts: it then takes uvicorn.",
            INVALID_STATE,
        )
