"""Where MLflow projects run."""

from mlflowplug.plugin_types.base import PluginType, Site

TYPE = PluginType(
    name="project_backend",
    prefix="PB",
    purpose="Runs MLflow projects on a cluster or scheduler of your own.",
    kind="builder",
    when="when a project is run with it",
    activation="mlflow run --backend NAME",
    failure="on_use",
    failure_note="every exception ends `mlflow run`",
    trigger="ENTRY_POINT.load()",
    winner="first",
    built_in="wins",
    base="mlflow.projects.backend.abstract_backend.AbstractBackend",
    call=Site("mlflow.projects.backend.loader", "load_backend", "builder"),
    registry=Site("mlflow.projects.backend.loader"),
)
