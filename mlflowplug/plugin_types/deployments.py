"""Where models are deployed to."""

from mlflowplug.plugin_types.base import PluginType, Site

TYPE = PluginType(
    name="deployments",
    prefix="DP",
    purpose="Deploys models to a serving platform of your own.",
    kind="module",
    when="when the target is first used",
    activation='mlflow.deployments.get_deploy_client("NAME") or "NAME:/…"',
    failure="on_use",
    failure_note="RuntimeError for ImportError and AttributeError; any other exception as it is",
    trigger=(
        "from mlflow.deployments.plugin_manager import DeploymentPlugins; DeploymentPlugins()[NAME]"
    ),
    winner="last",
    # Of the entry points the last counts; what MLflow registers in code comes after all of them.
    built_in="wins",
    base="mlflow.deployments.base.BaseDeploymentClient",
    call=Site("mlflow.deployments.interface", "get_deploy_client", "obj"),
    registry=Site("mlflow.deployments.interface"),
)
