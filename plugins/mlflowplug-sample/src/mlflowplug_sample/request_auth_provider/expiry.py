"""When a token expires."""

from __future__ import annotations

import base64
import json
import os

from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE

LIFETIME = "SAMPLE_TOKEN_LIFETIME"
"""The variable that says for how many seconds a token is good."""
NEVER = float("inf")


def expiry(value: str, fetched: float) -> float:
    """When a token that was fetched at `fetched` expires, in seconds since 1970.

    It is the claim `exp` of a JSON Web Token (RFC 7519), else what `LIFETIME` says.

    Raises:
        MlflowException: the configured lifetime is no number of seconds.
    """
    said = _claim(value)
    return fetched + _lifetime() if said is None else said


def _claim(value: str) -> float | None:
    """`exp`, unverified: the server judges the token, here it only matters when to renew it."""
    parts = value.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return None
    found = claims.get("exp") if isinstance(claims, dict) else None
    return float(found) if isinstance(found, (int, float)) else None


def _lifetime() -> float:
    text = os.environ.get(LIFETIME)
    if not text:
        return NEVER
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not seconds > 0:
        raise MlflowException(
            f"{LIFETIME} has to be a number of seconds above 0, not {text!r}.",
            INVALID_PARAMETER_VALUE,
        )
    return seconds
