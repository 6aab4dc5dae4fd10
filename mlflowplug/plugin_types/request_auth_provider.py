"""Authentication of the requests to a tracking server."""

from mlflowplug.plugin_types.base import PluginType, Site

TYPE = PluginType(
    name="request_auth_provider",
    prefix="RA",
    purpose="Logs the client in to a tracking server.",
    kind="class",
    when="at the first request with MLFLOW_TRACKING_AUTH set; one object for the whole process",
    activation=(
        "MLFLOW_TRACKING_AUTH, when it equals get_name(); no match: a warning, and no "
        "authentication"
    ),
    failure="warned",
    failure_note=(
        "ImportError and AttributeError: a warning, and the plugin is missing; any other "
        "exception escapes from that request"
    ),
    trigger="import mlflow.tracking.request_auth.registry",
    winner="all",
    since="2.8",
    base="mlflow.tracking.request_auth.abstract_request_auth_provider.RequestAuthProvider",
    call=Site(
        "mlflow.tracking.request_auth.registry",
        "RequestAuthProviderRegistry.register",
        "request_auth_provider",
    ),
)
