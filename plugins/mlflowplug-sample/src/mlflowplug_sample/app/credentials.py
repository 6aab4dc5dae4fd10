"""The key in the headers of a request."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass, field

# A coding agent behind the AI gateway keeps `Authorization` for the provider that it pays; MLflow's
# own login then reads this header (MLFLOW_GATEWAY_AUTH_HEADER in mlflow/gateway/constants.py).
PREFERRED = b"x-mlflow-authorization"
HEADER = b"authorization"

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Credentials:
    """What a client shows.

    Attributes:
        key: the key.
        header: the header that it came in, in lower case.
        name: whose it is said to be; None where the client does not say (`Bearer`).
    """

    key: str = field(repr=False)
    header: bytes
    name: str | None = None


def credentials(headers: Iterable[tuple[bytes, bytes]]) -> Credentials | None:
    """What the headers of a request show, or None when that is nothing, or not clear.

    MLflow's clients send MLFLOW_TRACKING_TOKEN as `Bearer` and MLFLOW_TRACKING_USERNAME with
    MLFLOW_TRACKING_PASSWORD as `Basic` (mlflow/utils/rest_utils.py); browsers send `Basic`.
    """
    given = list(headers)
    for wanted in (PREFERRED, HEADER):
        values = [value for name, value in given if name.lower() == wanted and value.strip()]
        if values:
            # Two of them: whoever looked at the request before us may have seen the other one.
            return _parsed(wanted, values[0]) if len(values) == 1 else None
    return None


def _parsed(header: bytes, value: bytes) -> Credentials | None:
    try:
        scheme, _, rest = value.decode("ascii").strip().partition(" ")
        if scheme.lower() == "bearer":
            return Credentials(rest.strip(), header)
        if scheme.lower() == "basic":
            text = base64.b64decode(rest.strip(), validate=True).decode()
            name, colon, key = text.partition(":")
            return Credentials(key, header, name) if colon else None
    except (UnicodeDecodeError, binascii.Error):
        return None
    return None
