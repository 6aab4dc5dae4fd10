"""Where files of runs and models are kept."""

from mlflowplug.plugin_types.base import PluginType, Site

TYPE = PluginType(
    name="artifact_repository",
    prefix="AR",
    purpose="Keeps the files of runs and models in a storage of your own.",
    kind="class or builder",
    when="while `import mlflow` is still running",
    activation=(
        "the scheme of an artifact URI (--artifacts-destination, or an experiment's location)"
    ),
    failure="warned",
    failure_note=(
        "ImportError and AttributeError: a warning, and the plugin is missing; any other "
        "exception escapes and breaks `import mlflow`"
    ),
    trigger="import mlflow.store.artifact.artifact_repository_registry",
    names="scheme",
    winner="last",
    built_in="replaced",
    runs_in=("client", "server"),
    base="mlflow.store.artifact.artifact_repo.ArtifactRepository",
    call=Site(
        "mlflow.store.artifact.artifact_repository_registry",
        "ArtifactRepositoryRegistry.get_artifact_repository",
        "repository",
    ),
    registry=Site("mlflow.store.artifact.artifact_repository_registry"),
)
