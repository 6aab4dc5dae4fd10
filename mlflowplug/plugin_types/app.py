"""The web application that `mlflow server` serves."""

from mlflowplug.plugin_types.base import PluginType

TYPE = PluginType(
    name="app",
    prefix="AP",
    purpose=(
        "Replaces or wraps the application that `mlflow server` serves, to log users in for "
        "example."
    ),
    kind="app",
    when="at the start of `mlflow server --app-name NAME`",
    activation="mlflow server --app-name NAME",
    failure="on_use",
    failure_note="the server does not start",
    trigger=(
        "from mlflow.server import _find_app, _is_factory; _is_factory(_find_app(NAME)); "
        "ENTRY_POINT.load()"
    ),
    winner="first",
    built_in="wins",
    since="2.3",
    runs_in=("server",),
)
