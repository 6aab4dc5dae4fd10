"""A login that makes tokens, as a company's would: JSON Web Tokens that say when they expire."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Hashable

from mlflow.exceptions import MlflowException


def jwt(expires: float, number: int = 0) -> str:
    """A token that expires at `expires`; its signature is none."""
    parts = [{"alg": "none"}, {"exp": expires, "jti": number}]
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in parts]
    return ".".join([*(part.rstrip("=") for part in encoded), "signature"])


class Login:
    """Makes a new token whenever it is asked, and counts them.

    Attributes:
        now: what its clock shows.
        made: all the tokens.
        is_away: whether it fails instead.
        seconds: how long it takes.
    """

    def __init__(self, lifetime: float = 600, seconds: float = 0) -> None:
        self.now = 1_000_000.0
        self.made: list[str] = []
        self.is_away = False
        self.seconds = seconds
        self._lifetime = lifetime

    def clock(self) -> float:
        return self.now

    def version(self) -> Hashable:
        return None

    def fetch(self) -> str:
        time.sleep(self.seconds)
        if self.is_away:
            raise MlflowException("The login is away.")
        self.made.append(jwt(self.now + self._lifetime, len(self.made)))
        return self.made[-1]
