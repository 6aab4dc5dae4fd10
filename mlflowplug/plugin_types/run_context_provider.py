"""Tags that every run gets from where it runs."""

from mlflowplug.plugin_types.base import PluginType, Site

TYPE = PluginType(
    name="run_context_provider",
    prefix="RC",
    purpose="Adds tags to every run that is started.",
    kind="class",
    when="while `import mlflow` is still running; one object for the whole process",
    activation=(
        "its in_context(), asked at every start of a run; all that answer True add their tags"
    ),
    failure="warned",
    failure_note=(
        "ImportError and AttributeError: a warning, and the plugin is missing; any other "
        "exception escapes and breaks the import, also one from its constructor"
    ),
    trigger="import mlflow.tracking.context.registry",
    winner="all",
    since="",
    base="mlflow.tracking.context.abstract_context.RunContextProvider",
    call=Site(
        "mlflow.tracking.context.registry",
        "RunContextProviderRegistry.register",
        "run_context_provider_cls",
    ),
)
