"""The client that `mlflow.server.get_app_client("sample")` gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .client import SampleAppClient


def app_client(tracking_uri: str | None = None) -> SampleAppClient:
    """A client of a server that asks for keys.

    Args:
        tracking_uri: the server's address, `http://…` or `https://…`; without it the tracking URI
            that is set.

    `get_app_client` in mlflow/server/__init__.py passes on whatever it is given.
    """
    from .client import SampleAppClient

    return SampleAppClient(tracking_uri)
