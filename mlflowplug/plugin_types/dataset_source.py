"""Where datasets come from."""

from mlflowplug.plugin_types.base import PluginType

TYPE = PluginType(
    name="dataset_source",
    prefix="DS",
    purpose="Teaches MLflow where datasets come from.",
    kind="class",
    when="while `import mlflow` is still running",
    activation="its _can_resolve(); the last class that answers True is taken",
    failure="warned",
    failure_note=(
        "ImportError and AttributeError: a warning, and the plugin is missing; any other "
        "exception escapes and breaks `import mlflow`"
    ),
    trigger="import mlflow.data.dataset_source_registry",
    winner="all",
    since="2.4",
    base="mlflow.data.dataset_source.DatasetSource",
)
