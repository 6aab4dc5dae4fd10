"""What the gateway's configuration file says of an endpoint."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit

from mlflow.exceptions import MlflowException
from mlflow.gateway.config import ConfigModel, _resolve_api_key_from_input
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE
from pydantic import Field, field_validator, model_validator

API_BASE = "SAMPLE_API_BASE"
API_KEY = "SAMPLE_API_KEY"


class SampleConfig(ConfigModel):
    """The table `config` of an endpoint whose provider is `sample`.

    Attributes:
        api_base: the address before `/chat/completions`; by default that of the environment.
        api_key: the key, `$NAME` for that of an environment variable, or the path of a file that
            holds it; by default that of the environment.
        headers: sent with every request, for example to name a tenant.

    Mistakes are MlflowException, never pydantic's own errors: those quote the whole table, and with
    it the key.
    """

    api_base: str
    api_key: str = Field(repr=False)
    headers: dict[str, str] = Field(default_factory=dict, repr=False)

    @model_validator(mode="before")
    @classmethod
    def _with_defaults(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        wanted = {"api_base": API_BASE, "api_key": API_KEY}
        defaults = {key: os.environ[name] for key, name in wanted.items() if os.environ.get(name)}
        complete = {**defaults, **given}
        for key, name in wanted.items():
            if not isinstance(complete.get(key), str) or not complete[key].strip():
                raise _wrong(f"`{key}` is missing: set it in `config`, or {name}.")
        return complete

    @field_validator("api_base")
    @classmethod
    def _address(cls, value: str) -> str:
        try:
            parts = urlsplit(value)
        except ValueError:
            parts = urlsplit("")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise _wrong("`api_base` is no address: expected http://… or https://….")
        if parts.username or parts.query or parts.fragment:
            raise _wrong("`api_base` may not hold a password, a query or a fragment.")
        return value.rstrip("/")

    @field_validator("api_key", mode="before")
    @classmethod
    def _key(cls, value: str) -> str:
        # MLflow's own rules for its own providers.
        key: str = _resolve_api_key_from_input(value)
        # A file ends with a line break, which no header may hold.
        return key.strip()

    @field_validator("headers", mode="before")
    @classmethod
    def _texts(cls, value: Any) -> Any:
        if isinstance(value, dict) and all(isinstance(one, str) for one in value.values()):
            return value
        raise _wrong("`headers` is no table of texts.")


def _wrong(message: str) -> MlflowException:
    return MlflowException(f"sample: {message}", INVALID_PARAMETER_VALUE)
