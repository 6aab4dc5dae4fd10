"""What MLflow asks for headers at every request to any server."""

from __future__ import annotations

from mlflow.tracking import get_tracking_uri
from mlflow.tracking.request_header.abstract_request_header_provider import RequestHeaderProvider

from ..hosts import is_ours
from .headers import configured_headers


class SampleRequestHeaderProvider(RequestHeaderProvider):
    """Adds the headers that the environment configures, for the company's own servers."""

    def in_context(self) -> bool:
        """Whether the tracking server is one of ours, and there is something to tell it.

        MLflow does not say which request it asks for (`resolve_request_headers` of
        mlflow/tracking/request_header/registry.py): the tracking URI that is set tells most.
        """
        return bool(configured_headers()) and is_ours(get_tracking_uri())

    def request_headers(self) -> dict[str, str]:
        """The headers."""
        return configured_headers()
