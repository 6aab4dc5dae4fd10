"""The Python client of a server application."""

from mlflowplug.plugin_types.base import PluginType

TYPE = PluginType(
    name="app.client",
    prefix="AC",
    purpose="Gives users a Python client for what your server application adds.",
    kind="class or builder",
    when="when the client is asked for",
    activation='mlflow.server.get_app_client("NAME", …)',
    failure="on_use",
    failure_note="every exception reaches the caller",
    trigger="ENTRY_POINT.load()",
    winner="first",
    built_in="wins",
    since="2.4",
)
