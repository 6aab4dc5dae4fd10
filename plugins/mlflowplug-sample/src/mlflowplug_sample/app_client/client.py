"""Keys of a server, from Python."""

from __future__ import annotations

from dataclasses import fields
from functools import partial
from typing import Any, TypeVar
from urllib.parse import quote

import mlflow
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INTERNAL_ERROR, INVALID_PARAMETER_VALUE
from mlflow.utils.credentials import get_default_host_creds
from mlflow.utils.rest_utils import http_request, verify_rest_response
from mlflow.utils.uri import is_http_uri

from ..key_api import KEYS, USER, WHOAMI, KeyInfo, NewKey, key_path, rotate_path

Info = TypeVar("Info", bound=KeyInfo)


class SampleAppClient:
    """A client of any server that has the routes of `key_api.py`.

    It logs in as every MLflow client does, with MLFLOW_TRACKING_TOKEN, or with
    MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD. Every method raises MlflowException when
    the server refuses, with the server's own words.

    Args:
        tracking_uri: the server's address; without it the tracking URI that is set.
    """

    def __init__(self, tracking_uri: str | None = None) -> None:
        uri = tracking_uri or mlflow.get_tracking_uri()
        if not is_http_uri(uri):
            raise MlflowException(
                "Keys belong to a server. Expected its address, http://… or https://…, "
                "as the argument or as the tracking URI.",
                INVALID_PARAMETER_VALUE,
            )
        # Credentials are read for each request: a key may be replaced while the client lives.
        self._credentials = partial(get_default_host_creds, uri)

    def whoami(self) -> KeyInfo:
        """Whose key this client shows."""
        return _parsed(KeyInfo, self._ask("GET", WHOAMI))

    def list_keys(self) -> list[KeyInfo]:
        """All keys, without the keys themselves. Only an admin may ask."""
        found = self._ask("GET", KEYS)
        if not isinstance(found, list):
            raise _not_understood()
        return [_parsed(KeyInfo, one) for one in found]

    def create_key(self, name: str, role: str = USER) -> NewKey:
        """A key for somebody, which nobody can look up again. Only an admin may ask."""
        return _parsed(NewKey, self._ask("POST", KEYS, {"name": name, "role": role}))

    def rotate_key(self, name: str) -> NewKey:
        """A new key for an old one, which is worthless from then on. Admins, and its owner."""
        return _parsed(NewKey, self._ask("POST", rotate_path(_quoted(name))))

    def delete_key(self, name: str) -> None:
        """Make a key worthless at once. Only an admin may ask."""
        self._ask("DELETE", key_path(_quoted(name)))

    def _ask(self, method: str, path: str, body: dict[str, str] | None = None) -> Any:
        response = http_request(self._credentials(), path, method, json=body)
        # It expects 200 and nothing else; what was made answers 201.
        return response.json() if response.ok else verify_rest_response(response, path)


def _quoted(name: str) -> str:
    return quote(name, safe="")


def _parsed(kind: type[Info], answer: Any) -> Info:
    """The answer as a value; what later servers add is left out."""
    try:
        return kind(**{field.name: answer[field.name] for field in fields(kind)})
    except (KeyError, TypeError) as error:
        raise _not_understood() from error


def _not_understood() -> MlflowException:
    return MlflowException(
        "The server's answer is not that of a server with keys. Is it started with "
        "`mlflow server --app-name sample`?",
        INTERNAL_ERROR,
    )
