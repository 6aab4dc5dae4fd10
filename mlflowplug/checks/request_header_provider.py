"""The conformance class of the type request_header_provider."""

from __future__ import annotations

import importlib.metadata
from typing import TYPE_CHECKING, Any

import pytest

from mlflowplug.checks.base import fail, not_applicable
from mlflowplug.checks.common import CommonConformance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlflowplug.discovery import Plugin

FOREIGN_URI = "http://127.0.0.1:9"
"""A tracking server that is none of the plugin's; nothing is sent to it."""


class RequestHeaderProviderConformance(CommonConformance):
    """All checks of the type request_header_provider."""

    plugin_type = "request_header_provider"
    prefix = "RH"

    @pytest.fixture
    def provider(self, plugin: Plugin) -> Any:
        """The provider, made as MLflow makes it."""
        entry = importlib.metadata.EntryPoint(plugin.name, plugin.value, plugin.group)
        return entry.load()()

    @pytest.fixture
    def foreign_uri(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
        """MLflow's tracking URI is somebody else's server."""
        import mlflow

        before = mlflow.get_tracking_uri()
        monkeypatch.setenv("MLFLOW_TRACKING_URI", FOREIGN_URI)
        mlflow.set_tracking_uri(FOREIGN_URI)
        yield FOREIGN_URI
        mlflow.set_tracking_uri(before)

    def test_201_a_foreign_server_does_not_make_it_raise(
        self, provider: Any, foreign_uri: str
    ) -> None:
        """It does not raise when the tracking server is not its own.

        Every header provider is asked at every request to any server. MLflow swallows what it
        raises with a warning at each of them and goes on without its headers
        (mlflow/tracking/request_header/registry.py, aws/sagemaker-mlflow#15). Repair: let
        in_context() look at the tracking URI and answer False for those of others.
        """
        called = "in_context"
        try:
            if provider.in_context():
                called = "request_headers"
                provider.request_headers()
        except Exception as error:
            fail(
                f"with the tracking URI {foreign_uri}, {called}() raises "
                f"{type(error).__name__}: {error}"
            )

    def test_202_headers_are_text(self, provider: Any, foreign_uri: str) -> None:  # noqa: ARG002
        """Its headers are a dict of text to text.

        MLflow iterates over `request_headers().items()` and hands the values to requests, which
        refuses anything but text. Repair: return a dict, values made text.
        """
        try:
            headers = provider.request_headers() if provider.in_context() else None
        except Exception:
            not_applicable("it raises: see check RH201")
        if headers is None:
            not_applicable("it is not in context here")
        if not isinstance(headers, dict):
            fail(f"request_headers() answers a {type(headers).__name__}, expected a dict")
        for name, value in headers.items():
            if not isinstance(name, str) or not isinstance(value, str):
                kinds = f"{type(name).__name__}: {type(value).__name__}"
                fail(f"the header {name!r} is {kinds}, expected text to text")
