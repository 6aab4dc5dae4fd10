"""The experiment that runs go to when none is set."""

from mlflowplug.plugin_types.base import PluginType, Site

TYPE = PluginType(
    name="default_experiment_provider",
    prefix="DE",
    purpose="Chooses the experiment of runs whose author named none.",
    kind="class",
    when="while `import mlflow` is still running; one object for the whole process",
    activation="its in_context(); the first provider that answers True decides",
    failure="warned",
    failure_note=(
        "ImportError and AttributeError: a warning, and the plugin is missing; any other "
        "exception escapes and breaks the import, also one from its constructor"
    ),
    trigger="import mlflow.tracking.default_experiment.registry",
    winner="all",
    since="",
    base="mlflow.tracking.default_experiment.abstract_context.DefaultExperimentProvider",
    call=Site(
        "mlflow.tracking.default_experiment.registry",
        "DefaultExperimentProviderRegistry.register",
        "default_experiment_provider_cls",
    ),
)
