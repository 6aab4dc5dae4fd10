"""Where experiments, runs, metrics, params, tags and traces are kept."""

from mlflowplug.plugin_types.base import PluginType, Site

TYPE = PluginType(
    name="tracking_store",
    prefix="TS",
    purpose="Keeps experiments, runs, metrics, params, tags and traces in a system of your own.",
    kind="class or builder",
    when="while `import mlflow` is still running, and again by `mlflow.server`",
    activation="the scheme of the tracking URI, such as MLFLOW_TRACKING_URI=NAME:…",
    failure="warned",
    failure_note=(
        "ImportError and AttributeError: a warning, and the plugin is missing; any other "
        "exception escapes and breaks `import mlflow`"
    ),
    trigger="import mlflow.tracking._tracking_service.utils",
    names="scheme",
    winner="last",
    built_in="replaced",
    runs_in=("client", "server"),
    base="mlflow.store.tracking.abstract_store.AbstractStore",
    call=Site(
        "mlflow.tracking._tracking_service.registry",
        "TrackingStoreRegistry._get_store_with_resolved_uri",
        "builder",
    ),
    registry=Site("mlflow.tracking._tracking_service.utils"),
)
