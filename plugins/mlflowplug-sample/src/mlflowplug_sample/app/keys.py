"""Keys: what the guard asks of them, and how one is recognised."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE

from ..key_api import KeyInfo

# A colon would end the name in an `Authorization: Basic` header, and a slash in a URL.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
PREFIX = "sample-"
"""How every key begins, so that scanners for secrets find one that was committed."""


@dataclass(frozen=True)
class StoredKey(KeyInfo):
    """A key as it is kept: by its SHA-256 only.

    A slow hash protects passwords, which can be guessed. These keys are 256 random bits, and a
    slow hash would have to be computed for every request.
    """

    digest: str = field(repr=False)


class Keys(Protocol):
    """Who may come in: put your company's identity system behind this."""

    def find(self, key: str) -> KeyInfo | None:
        """Whose key it is, or None. Called for every request, in the server's event loop."""

    def infos(self) -> list[KeyInfo]:
        """All keys, by name."""


def new_key() -> str:
    """A key that nobody can guess."""
    return PREFIX + secrets.token_urlsafe(32)


def digest(key: str) -> str:
    """What is kept of a key."""
    return hashlib.sha256(key.encode()).hexdigest()


def matching(key: str, known: Iterable[StoredKey]) -> StoredKey | None:
    """The stored key that `key` is; the time does not tell how close it came, nor to which."""
    wanted = digest(key)
    found = None
    for one in known:
        if hmac.compare_digest(one.digest, wanted):
            found = one
    return found


def info(stored: StoredKey) -> KeyInfo:
    """The same without the hash."""
    return KeyInfo(stored.name, stored.role, stored.created)


def check_name(name: str) -> None:
    """Refuse names that cannot stand in a header, a URL and a log line.

    Raises:
        MlflowException: the name is not usable.
    """
    if not NAME.fullmatch(name):
        raise MlflowException(
            f"{name!r} cannot name a key: expected up to 64 letters, digits and . _ @ -, "
            "beginning with a letter or digit.",
            INVALID_PARAMETER_VALUE,
        )
