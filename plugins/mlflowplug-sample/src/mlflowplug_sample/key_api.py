"""The HTTP interface by which keys are managed: what the application adds and its client calls."""

from __future__ import annotations

from dataclasses import dataclass, field

BASE = "/api/sample/v1"
WHOAMI = f"{BASE}/whoami"
KEYS = f"{BASE}/keys"

ADMIN = "admin"
USER = "user"
ROLES = (ADMIN, USER)


@dataclass(frozen=True)
class KeyInfo:
    """What is told of a key.

    Attributes:
        name: whose it is; names are unique.
        role: `admin` manages the keys of others, `user` may replace its own.
        created: when the key was made, in milliseconds since 1970; 0 where nobody knows.
    """

    name: str
    role: str
    created: int


@dataclass(frozen=True)
class NewKey(KeyInfo):
    """A key that was just made: the only answer that holds the key itself."""

    key: str = field(repr=False)


def rotate_path(name: str) -> str:
    """Where a key is replaced by a new one."""
    return f"{key_path(name)}/rotate"


def key_path(name: str) -> str:
    """Where one key is deleted."""
    return f"{KEYS}/{name}"
