"""What MLflow asks for authentication when MLFLOW_TRACKING_AUTH names the plugin."""

from __future__ import annotations

from mlflow.tracking.request_auth.abstract_request_auth_provider import RequestAuthProvider

from .bearer_auth import SampleBearerAuth, configured_auth


class SampleRequestAuthProvider(RequestAuthProvider):
    """Authenticates with the bearer token that the environment configures."""

    def __init__(self) -> None:
        self._auth = configured_auth()

    def get_name(self) -> str:
        """What MLFLOW_TRACKING_AUTH has to be."""
        return "sample"

    def get_auth(self) -> SampleBearerAuth:
        """The auth object: always the same one, for it keeps the token.

        MLflow asks at every request (`http_request` of mlflow/utils/rest_utils.py).
        """
        return self._auth
