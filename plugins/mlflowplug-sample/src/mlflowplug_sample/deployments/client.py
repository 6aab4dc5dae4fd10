"""The deployment client: what `mlflow.deployments.get_deploy_client` returns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from mlflow.deployments import BaseDeploymentClient, PredictionsResponse
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import NOT_IMPLEMENTED

from ..processes import new_mark
from . import configuration, server
from .endpoints import Endpoints
from .errors import checked_flavor, checked_name, checked_uri, exists, invalid_state, not_found
from .location import target_folder
from .scoring import answers, score, url
from .state import Deployment, State, now


class SampleDeploymentClient(Endpoints, BaseDeploymentClient):
    """Serves models on this machine.

    Args:
        target_uri: `sample` or `sample:/folder`.
    """

    def __init__(self, target_uri: str) -> None:
        super().__init__(target_uri)
        self._folder = target_folder(target_uri)
        self._state = State(self._folder / "deployments.db")

    def create_deployment(
        self,
        name: str,
        model_uri: str,
        flavor: str | None = None,
        config: dict[str, Any] | None = None,
        endpoint: str | None = None,
    ) -> dict[str, Any]:
        """Start a server for the model, and return when it answers.

        Raises:
            MlflowException: there is a deployment of that name, no such endpoint, a wrong value in
                `config`, or the server does not come up; then nothing is left of it.
        """
        if endpoint is not None:
            self._endpoint(endpoint)
        configuration.read(config)
        deployment = Deployment(
            name=checked_name(name),
            model_uri=checked_uri(model_uri),
            flavor=checked_flavor(flavor),
            config=dict(config or {}),
            endpoint=endpoint,
            mark=new_mark(),
            server=new_mark(),
            folder=server.new_folder(self._folder, name),
        )
        # The name is taken before the server is started: of two that want it one gets it.
        if not self._state.add(deployment):
            server.remove_files(deployment)
            raise exists("deployment", name)
        try:
            self._bring_up(deployment, deployment.server)
        except BaseException:
            self._state.remove(deployment)
            raise
        return self.get_deployment(name)

    def update_deployment(
        self,
        name: str,
        model_uri: str | None = None,
        flavor: str | None = None,
        config: dict[str, Any] | None = None,
        endpoint: str | None = None,
    ) -> dict[str, Any]:
        """Start a new server, let it take over when it answers, then end the old one.

        Without a new model or config it is started again as it was. MLflow documents no return
        value, but its command line prints the flavor of one (mlflow/deployments/cli.py).

        Raises:
            MlflowException: there is no such deployment, or the new server does not come up; then
                the old one goes on.
        """
        old = self.deployment(name, endpoint)
        if flavor is not None and model_uri is None:
            raise MlflowException.invalid_parameter_value("A new flavor needs a new model_uri.")
        merged = {**old.config, **(config or {})}
        configuration.read(merged)
        new = replace(
            old,
            model_uri=old.model_uri if model_uri is None else checked_uri(model_uri),
            flavor=checked_flavor(flavor),
            config=merged,
            server=new_mark(),
            folder=server.new_folder(self._folder, name),
            updated=now(),
        )
        self._bring_up(new, old.server)
        server.end_server(old)
        return self.get_deployment(name)

    def delete_deployment(
        self,
        name: str,
        config: dict[str, Any] | None = None,  # noqa: ARG002  nothing to configure
        endpoint: str | None = None,
    ) -> None:
        """End the deployment's processes and forget it; nothing happens when there is none."""
        deployment = self._state.deployment(name)
        if deployment is None or endpoint not in (None, deployment.endpoint):
            return
        server.end_all(deployment)
        self._state.remove(deployment)

    def list_deployments(self, endpoint: str | None = None) -> list[dict[str, Any]]:
        """All deployments, or those of an endpoint."""
        return [_described(one) for one in self._state.deployments(endpoint)]

    def get_deployment(self, name: str, endpoint: str | None = None) -> dict[str, Any]:
        """One deployment; its `status` is starting, running, not answering or stopped.

        Raises:
            MlflowException: there is none of that name (in the endpoint).
        """
        return _described(self.deployment(name, endpoint))

    def predict(
        self,
        deployment_name: str | None = None,
        inputs: Any = None,
        endpoint: str | None = None,
    ) -> PredictionsResponse:
        """What a deployment, or the one that answers for an endpoint, predicts.

        Args:
            deployment_name: None for the one that answers for `endpoint`.
            inputs: a DataFrame, an array, a list, a dictionary of columns, or a whole request as
                MLflow's scoring server takes it.
            endpoint: where the deployment has to be.

        Raises:
            MlflowException: there is no such deployment, it is not running, or refuses the inputs.
        """
        if deployment_name is not None:
            deployment = self.deployment(deployment_name, endpoint)
        elif endpoint is not None:
            deployment = self._deployment_of(endpoint)
        else:
            raise MlflowException.invalid_parameter_value("Name a deployment or an endpoint.")
        if not server.is_running(deployment):
            raise invalid_state(
                f"The server of {deployment.name!r} is not running. An update starts it again. "
                f"Its log ends with:\n{server.log_end(deployment)}"
            )
        return score(deployment.port, inputs)

    def predict_stream(
        self,
        deployment_name: str | None = None,  # noqa: ARG002
        inputs: dict[str, Any] | None = None,  # noqa: ARG002
        endpoint: str | None = None,  # noqa: ARG002
    ) -> Iterator[dict[str, Any]]:
        """Refused: MLflow's scoring server answers in one piece."""
        raise MlflowException(
            "The model servers of this target do not stream. Use predict.", NOT_IMPLEMENTED
        )

    def deployment(self, name: str, endpoint: str | None = None) -> Deployment:
        """As `get_deployment`, with what only this package needs."""
        found = self._state.deployment(name)
        if found is None or endpoint not in (None, found.endpoint):
            where = f"deployment in the endpoint {endpoint!r}" if endpoint else "deployment"
            raise not_found(where, name)
        return found

    def _bring_up(self, deployment: Deployment, before: str) -> None:
        """Serve it, and then write it where the deployment with the server `before` was.

        Nothing is left of it when that fails.
        """
        try:
            if not self._state.change(server.serve(deployment), before):
                raise invalid_state(
                    f"The deployment {deployment.name!r} was changed or deleted meanwhile."
                )
        except BaseException:
            server.end_server(deployment)
            raise


def _described(deployment: Deployment) -> dict[str, Any]:
    """The deployment as MLflow's users see it."""
    return {
        "name": deployment.name,
        "flavor": deployment.flavor,
        "model_uri": deployment.model_uri,
        "status": _status(deployment),
        "url": deployment.port and url(deployment.port),
        "endpoint": deployment.endpoint,
        "config": deployment.config,
        "pid": deployment.pid,
        "log": str(deployment.log),
        "created": deployment.created,
        "updated": deployment.updated,
    }


def _status(deployment: Deployment) -> str:
    if deployment.pid is None:
        return "starting"
    if not server.is_running(deployment):
        return "stopped"
    return "running" if answers(deployment.port) else "not answering"
