"""Endpoints: a name under which deployments can be exchanged."""

from __future__ import annotations

from typing import Any

from mlflow.exceptions import MlflowException

from .errors import checked_name, exists, invalid_state, not_found
from .state import Deployment, Endpoint, State


class Endpoints:
    """The endpoint methods of the deployment client.

    An endpoint stands for the newest of its deployments, or for the one that `update_endpoint`
    names: a second one can be tried before it takes over.
    """

    _state: State

    def create_endpoint(self, name: str, config: dict[str, Any] | None = None) -> dict[str, Any]:
        """Create an endpoint without deployments.

        Raises:
            MlflowException: there is one of that name, or a key of `config` is unknown.
        """
        if _chosen(config) is not None:
            raise invalid_state("A new endpoint has no deployments yet: name one in an update.")
        if not self._state.add_endpoint(Endpoint(checked_name(name))):
            raise exists("endpoint", name)
        return self.get_endpoint(name)

    def update_endpoint(self, endpoint: str, config: dict[str, Any] | None = None) -> None:
        """Let the deployment `config["deployment"]` answer; without one, the newest.

        Raises:
            MlflowException: there is no such endpoint, or it has no such deployment.
        """
        self._endpoint(endpoint)
        chosen = _chosen(config)
        names = [one.name for one in self._state.deployments(endpoint)]
        if chosen is not None and chosen not in names:
            raise not_found(f"deployment in the endpoint {endpoint!r}", chosen)
        self._state.choose(endpoint, chosen)

    def delete_endpoint(self, endpoint: str) -> None:
        """Delete an endpoint, if there is one.

        Raises:
            MlflowException: it still has deployments.
        """
        if names := [one.name for one in self._state.deployments(endpoint)]:
            raise invalid_state(
                f"The endpoint {endpoint!r} has the deployments {names}. Delete them first."
            )
        self._state.remove_endpoint(endpoint)

    def list_endpoints(self) -> list[dict[str, Any]]:
        """All endpoints, with their deployments and the one that answers."""
        return [self._described(endpoint) for endpoint in self._state.endpoints()]

    def get_endpoint(self, endpoint: str) -> dict[str, Any]:
        """One endpoint.

        Raises:
            MlflowException: there is none of that name.
        """
        return self._described(self._endpoint(endpoint))

    def _endpoint(self, name: str) -> Endpoint:
        found = self._state.endpoint(name)
        if found is None:
            raise not_found("endpoint", name)
        return found

    def _described(self, endpoint: Endpoint) -> dict[str, Any]:
        deployments = self._state.deployments(endpoint.name)
        answering = _answering(endpoint, deployments)
        return {
            "name": endpoint.name,
            "deployment": answering and answering.name,
            "deployments": [one.name for one in deployments],
            "created": endpoint.created,
        }

    def _deployment_of(self, name: str) -> Deployment:
        """The deployment that answers for an endpoint."""
        answering = _answering(self._endpoint(name), self._state.deployments(name))
        if answering is None:
            raise invalid_state(f"The endpoint {name!r} has no deployments.")
        return answering


def _chosen(config: dict[str, Any] | None) -> str | None:
    if unknown := set(config or {}) - {"deployment"}:
        raise MlflowException.invalid_parameter_value(
            f"The config of the endpoint has the unknown keys {sorted(unknown)}. "
            "Known is 'deployment'."
        )
    return (config or {}).get("deployment")


def _answering(endpoint: Endpoint, deployments: list[Deployment]) -> Deployment | None:
    chosen = [one for one in deployments if one.name == endpoint.deployment]
    return next(iter(chosen or deployments[::-1]), None)
