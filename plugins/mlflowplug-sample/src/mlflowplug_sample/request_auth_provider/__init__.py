"""The plugin's entry point."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .provider import SampleRequestAuthProvider


def request_auth_provider() -> SampleRequestAuthProvider:
    """The provider; MLflow makes one for the whole process, at its first request."""
    # So that loading the entry point imports nothing of MLflow.
    from .provider import SampleRequestAuthProvider

    return SampleRequestAuthProvider()
