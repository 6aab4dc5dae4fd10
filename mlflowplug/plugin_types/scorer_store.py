"""Where registered scorers are kept."""

from mlflowplug.plugin_types.base import PluginType, Site

TYPE = PluginType(
    name="scorer_store",
    prefix="SC",
    purpose="Keeps registered GenAI scorers in a system of your own.",
    kind="class or builder",
    when="while `import mlflow` is still running",
    activation="the scheme of the tracking URI",
    failure="warned",
    failure_note=(
        "ImportError and AttributeError: a warning, and the plugin is missing; any other "
        "exception escapes and breaks `import mlflow`"
    ),
    trigger="import mlflow.genai.scorers.registry",
    names="scheme",
    winner="last",
    built_in="replaced",
    since="3.4",
    base="mlflow.genai.scorers.registry.AbstractScorerStore",
    call=Site("mlflow.genai.scorers.registry", "ScorerStoreRegistry.get_store", "builder"),
    registry=Site("mlflow.genai.scorers.registry"),
)
