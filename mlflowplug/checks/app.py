"""The conformance class of server applications."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlflowplug.builders import made_by
from mlflowplug.calling import why_not_called
from mlflowplug.checks.base import fail, not_applicable, not_run, remark
from mlflowplug.checks.common import CommonConformance
from mlflowplug.checks.facts import FACTS
from mlflowplug.contract import Call

if TYPE_CHECKING:
    from mlflowplug.discovery import Plugin
    from mlflowplug.loading import Loaded
    from mlflowplug.source import Definition
    from mlflowplug.static import Analysis

FLASK = "flask.app.Flask"
WITHOUT_ARGUMENTS = Call((), ())


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

    def test_021_its_function_needs_no_arguments(self, analysis: Analysis) -> None:
        """A function that the entry point names needs no arguments.

        MLflow takes every function for a factory (mlflow/server/__init__.py, _is_factory), and the
        server calls it without arguments; one that needs some, or that is itself the application
        (`async def app(scope, receive, send)`), ends the server at its start. Repair: give the
        arguments defaults, or name a function that returns the application.
        """
        found = _function(analysis)
        reason, unknown = why_not_called(found, WITHOUT_ARGUMENTS)
        if reason and "coroutine" not in reason:
            fail(f"{found.name} is called without arguments: {reason} ({found.where})")
        if unknown:
            not_run(f"the source does not tell: {unknown}")

    def test_022_its_function_makes_no_flask_application(self, analysis: Analysis) -> None:
        """What its function returns can be served by uvicorn, MLflow's default server.

        See check 120, which looks at an application that is named itself; here the source of the
        function is read. Repair: return
        mlflow.server.fastapi_app.create_fastapi_app(flask_app).
        """
        found = _function(analysis)
        info = made_by(found, FACTS.installed.sources)
        if info is None:
            not_run(f"which class {found.name} makes cannot be told from its source")
        if info.is_subclass_of(FLASK):
            fail(
                f"{found.name} returns a Flask application ({info.name}): under uvicorn it "
                f"answers 500 to every request ({found.where})"
            )

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
        if found["type"] == "functools.partial":
            remark(
                "it is a functools.partial, which MLflow does not take for a factory: uvicorn "
                "calls it all the same, gunicorn and waitress do not"
            )


def _function(analysis: Analysis) -> Definition:
    definition = analysis.definition
    if definition is None or definition.kind == "unknown":
        not_run(f"there is no source to read: {analysis.unknown}")
    if definition.kind != "function":
        not_applicable("the entry point names no function")
    return definition
