"""Where registered models, their versions and prompts are kept."""

from mlflowplug.plugin_types.base import PluginType, Site

TYPE = PluginType(
    name="model_registry_store",
    prefix="MR",
    purpose="Keeps registered models, their versions, aliases and prompts in a system of your own.",
    kind="class or builder",
    when="on the first use of the registry; `mlflow.server` loads it at its import",
    activation="the scheme of the registry URI, which defaults to the tracking URI",
    failure="warned",
    failure_note=(
        "ImportError and AttributeError: a warning, and the plugin is missing; any other "
        "exception escapes where the registry is first used"
    ),
    trigger=(
        "import mlflow.tracking._model_registry.utils as u; u._model_registry_store_registry = "
        "None; u._get_store_registry()"
    ),
    names="scheme",
    winner="last",
    built_in="replaced",
    runs_in=("client", "server"),
    base="mlflow.store.model_registry.abstract_store.AbstractStore",
    call=Site(
        "mlflow.tracking._model_registry.registry",
        "ModelRegistryStoreRegistry._get_store_with_resolved_uri",
        "builder",
    ),
    registry=Site("mlflow.tracking._model_registry.utils"),
)
