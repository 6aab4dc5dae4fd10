"""The conformance class of server applications."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlflowplug.checks.base import fail, not_run
from mlflowplug.checks.common import CommonConformance

if TYPE_CHECKING:
    from mlflowplug.discovery import Plugin
    from mlflowplug.loading import Loaded

FLASK = "flask.app.Flask"


class AppConformance(CommonConformance):
    """All checks of a server application."""

    plugin_type = "app"
    prefix = "AP"

    def test_020_the_reference_has_two_parts(self, plugin: Plugin) -> None:
        """The entry point names module:object.

        MLflow hands the text to uvicorn and splits it at the colon (mlflow/server/__init__.py).
        Repair: name the application, or the function that makes it, after a colon.
        """
        if plugin.reference is None or not plugin.reference[1]:
            fail(f"{plugin.value!r} has no object after the module; expected module:app")

    def test_120_uvicorn_can_serve_it(self, loaded: Loaded) -> None:
        """The object can be served by uvicorn, MLflow's default server.

        Since MLflow 3.3 the server is uvicorn, and a Flask object answers 500 to every request
        (mlflow#17324). Repair: name a function that returns
        mlflow.server.fastapi_app.create_fastapi_app(flask_app), and guard every route there.
        """
        found = loaded.facts.get("object")
        if found is None:
            not_run("it could not be loaded: see check 105")
        if FLASK in found["ancestors"]:
            fail("it is a Flask application: under uvicorn it answers 500 to every request")
