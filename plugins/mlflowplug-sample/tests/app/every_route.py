"""Every method and path that a guarded server answers, of both of its frameworks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import fastapi.routing
from fastapi import FastAPI
from mlflow.server import app as flask_app

from mlflowplug_sample.app.environment_keys import EnvironmentKeys
from mlflowplug_sample.app.server import _server


class Call(NamedTuple):
    """A request without a body."""

    method: str
    path: str


def every_call() -> list[Call]:
    """The calls, with a word in the place of each variable of a path."""
    server = _server(EnvironmentKeys("KEYS", "test=0123456789abcdefghij"))
    return sorted({*_of_fastapi(server), *_of_flask()})


def _of_fastapi(server: FastAPI) -> Iterator[Call]:
    # Newer releases keep the routes of a router together, older ones list them one by one.
    flat: Any = getattr(fastapi.routing, "iter_route_contexts", iter)
    for route in flat(server.routes):
        for method in getattr(route, "methods", None) or ():
            yield Call(method, re.sub(r"\{[^}]*\}", "x", route.path))


def _of_flask() -> Iterator[Call]:
    for rule in flask_app.url_map.iter_rules():
        for method in rule.methods or ():
            yield Call(method, re.sub(r"<[^>]*>", "x", rule.rule))
