"""The plugin's entry point."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .provider import SampleRequestHeaderProvider


def request_header_provider() -> SampleRequestHeaderProvider:
    """The provider; MLflow makes one for the whole process, at its first request."""
    # So that loading the entry point imports nothing of MLflow.
    from .provider import SampleRequestHeaderProvider

    return SampleRequestHeaderProvider()
