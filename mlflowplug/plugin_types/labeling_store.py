"""Where labeling sessions are kept."""

from mlflowplug.plugin_types.base import PluginType, Site

TYPE = PluginType(
    name="labeling_store",
    prefix="LS",
    purpose="Keeps labeling sessions in a system of your own.",
    kind="class or builder",
    when="while `import mlflow` is still running",
    activation="the scheme of the tracking URI",
    failure="warned",
    failure_note=(
        "ImportError and AttributeError: a warning, and the plugin is missing; any other "
        "exception escapes and breaks `import mlflow`"
    ),
    trigger="import mlflow.genai.labeling.stores",
    names="scheme",
    winner="last",
    built_in="replaced",
    since="3.5",
    base="mlflow.genai.labeling.stores.AbstractLabelingStore",
    call=Site("mlflow.genai.labeling.stores", "LabelingStoreRegistry.get_store", "builder"),
    registry=Site("mlflow.genai.labeling.stores"),
)
