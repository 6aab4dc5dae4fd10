"""Where workspaces are kept."""

from mlflowplug.plugin_types.base import PluginType, Site

TYPE = PluginType(
    name="workspace_provider",
    prefix="WS",
    purpose="Keeps the workspaces of an MLflow server in a system of your own.",
    kind="class or builder",
    when="at the first use of a workspace",
    activation="the scheme of the workspace URI, which defaults to the tracking URI",
    failure="warned",
    failure_note=(
        "ImportError and AttributeError: a warning, and the plugin is missing; any other "
        "exception escapes from that use"
    ),
    trigger=(
        "import mlflow.tracking._workspace.registry as r; r._workspace_store_registry = None; "
        "r._get_workspace_store_registry()"
    ),
    names="scheme",
    winner="last",
    built_in="replaced",
    since="3.10",
    runs_in=("client", "server"),
    base="mlflow.store.workspace.abstract_store.AbstractStore",
    call=Site(
        "mlflow.tracking._workspace.registry",
        "WorkspaceStoreRegistry._get_store_with_resolved_uri",
        "builder",
    ),
    registry=Site("mlflow.tracking._workspace.registry"),
)
