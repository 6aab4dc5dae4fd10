"""Headers that every request to a tracking server gets."""

from mlflowplug.plugin_types.base import PluginType, Site

TYPE = PluginType(
    name="request_header_provider",
    prefix="RH",
    purpose="Adds HTTP headers to every request to a tracking server.",
    kind="class",
    when="at the first HTTP request; one object for the whole process",
    activation=(
        "its in_context(), asked at every request; values of one header from several providers "
        "are joined"
    ),
    failure="warned",
    failure_note=(
        "ImportError and AttributeError: a warning, and the plugin is missing; any other "
        "exception escapes from that request"
    ),
    trigger="import mlflow.tracking.request_header.registry",
    winner="all",
    since="",
    base="mlflow.tracking.request_header.abstract_request_header_provider.RequestHeaderProvider",
    call=Site(
        "mlflow.tracking.request_header.registry",
        "RequestHeaderProviderRegistry.register",
        "request_header_provider",
    ),
)
