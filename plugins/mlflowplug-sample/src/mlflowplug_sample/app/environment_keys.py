"""Keys in an environment variable: `alice=KEY bob=KEY`, as a secret of a container gives them."""

from __future__ import annotations

from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE

from ..key_api import USER, KeyInfo
from .keys import StoredKey, check_name, digest, info, matching

SHORTEST = 20
"""Characters of a key that a person may have chosen: MLflow's servers are open to guessing."""


class EnvironmentKeys:
    """Keys that are set where the server is started, and change only there.

    Args:
        variable: its name, for messages.
        text: its value: `name=key` pairs with spaces or commas between them.

    Raises:
        MlflowException: the text is something else, or a key is too short.
    """

    def __init__(self, variable: str, text: str) -> None:
        self._variable = variable
        self._keys = [self._parsed(pair) for pair in text.replace(",", " ").split()]
        if len({one.name for one in self._keys}) != len(self._keys) or not self._keys:
            raise self._wrong("no key, or two of one name")

    def find(self, key: str) -> KeyInfo | None:
        """Whose key it is, or None."""
        found = matching(key, self._keys)
        return info(found) if found else None

    def infos(self) -> list[KeyInfo]:
        """All keys, by name."""
        return sorted((info(one) for one in self._keys), key=lambda one: one.name)

    def _parsed(self, pair: str) -> StoredKey:
        name, equals, key = pair.partition("=")
        if not equals:
            raise self._wrong("a word without '='")
        check_name(name)
        if len(key) < SHORTEST:
            raise self._wrong(f"a key of {len(key)} characters, at least {SHORTEST} are needed")
        return StoredKey(name, USER, 0, digest(key))

    def _wrong(self, what: str) -> MlflowException:
        # Never the text itself: it is all secrets.
        return MlflowException(
            f"{self._variable} has {what}. Expected name=key pairs with spaces between them.",
            INVALID_PARAMETER_VALUE,
        )
