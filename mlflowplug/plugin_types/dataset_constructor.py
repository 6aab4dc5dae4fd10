"""Functions that make datasets."""

from mlflowplug.plugin_types.base import PluginType, Site

TYPE = PluginType(
    name="dataset_constructor",
    prefix="DC",
    purpose="Adds a function mlflow.data.NAME that makes datasets.",
    kind="function",
    when="while `import mlflow` is still running",
    activation="a call of mlflow.data.NAME",
    failure="warned",
    failure_note="every exception: a warning, and the function is missing",
    trigger="import mlflow.data.dataset_registry",
    names="constructor",
    winner="last",
    built_in="wins",
    since="2.4",
    base="mlflow.data.dataset.Dataset",
    registry=Site("mlflow.data.dataset_registry"),
)
