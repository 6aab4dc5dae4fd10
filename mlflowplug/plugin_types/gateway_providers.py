"""Providers of language models behind the AI gateway."""

from mlflowplug.plugin_types.base import PluginType, Site

TYPE = PluginType(
    name="gateway.providers",
    prefix="GP",
    purpose="Adds a provider of language models to MLflow's AI gateway.",
    kind="class",
    when="at the import of the gateway",
    activation="the provider's name in the gateway's configuration",
    failure="breaks",
    failure_note="no guard: every exception breaks the import of the gateway",
    trigger="import mlflow.gateway.provider_registry",
    winner="refused",
    built_in="refused",
    since="2.16",
    runs_in=("server",),
    base="mlflow.gateway.providers.base.BaseProvider",
    call=Site(
        "mlflow.gateway.providers.base",
        "TrafficRouteProvider.__init__",
        "get_provider(config.model.provider)",
    ),
    registry=Site("mlflow.gateway.provider_registry"),
)
