"""The file of keys: hashes only, shared by all workers of a server, changed while it runs."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import (
    INVALID_PARAMETER_VALUE,
    INVALID_STATE,
    RESOURCE_ALREADY_EXISTS,
    RESOURCE_CONFLICT,
    RESOURCE_DOES_NOT_EXIST,
)

from ..key_api import ADMIN, ROLES, KeyInfo, NewKey
from .keys import StoredKey, check_name, digest, info, matching, new_key

_logger = logging.getLogger(__name__)

Stamp = tuple[int, int, int]
Stored = dict[str, StoredKey]


class KeyFile:
    """Keys in a JSON file, which may be absent as long as it is empty.

    A change is seen by the next request of every worker: each request compares the file's inode,
    size and time, and reads it again when they differ.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stamp: Stamp | None = None
        self._keys: Stored = {}

    def find(self, key: str) -> KeyInfo | None:
        """Whose key it is, or None; None for all keys while the file cannot be read."""
        try:
            found = matching(key, self._current().values())
        except MlflowException as error:
            _logger.error("Nobody is let in: %s", error.message)
            return None
        return info(found) if found else None

    def infos(self) -> list[KeyInfo]:
        """All keys, by name."""
        return [info(one) for _, one in sorted(self._current().items())]

    def add(self, name: str, role: str) -> NewKey:
        """Make a key.

        Raises:
            MlflowException: the name is taken, or not usable; there is no such role.
        """
        check_name(name)
        if role not in ROLES:
            raise MlflowException(f"{role!r} is none of {ROLES}.", INVALID_PARAMETER_VALUE)
        with self._changing() as keys:
            if name in keys:
                raise MlflowException(
                    f"There is a key named {name!r} already; rotate it.", RESOURCE_ALREADY_EXISTS
                )
            return _put(keys, name, role)

    def rotate(self, name: str) -> NewKey:
        """Replace a key: the old one is worthless when this returns.

        Raises:
            MlflowException: there is no such key.
        """
        with self._changing() as keys:
            return _put(keys, name, _required(keys, name).role)

    def remove(self, name: str) -> None:
        """Make a key worthless.

        Raises:
            MlflowException: there is no such key, or it is the last that manages others.
        """
        with self._changing() as keys:
            gone = _required(keys, name)
            del keys[name]
            if gone.role == ADMIN and all(one.role != ADMIN for one in keys.values()):
                raise MlflowException(
                    f"{name!r} is the last {ADMIN}: make another one first.", RESOURCE_CONFLICT
                )

    def _current(self) -> Stored:
        stamp = self._look()
        if stamp != self._stamp:
            self._keys, self._stamp = self._read(), stamp
        return self._keys

    def _look(self) -> Stamp | None:
        try:
            seen = self.path.stat()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unreadable(self.path, error) from error
        return seen.st_ino, seen.st_size, seen.st_mtime_ns

    def _read(self) -> Stored:
        try:
            text = self.path.read_text()
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise _unreadable(self.path, error) from error
        try:
            return {name: StoredKey(**one) for name, one in json.loads(text).items()}
        except (ValueError, TypeError, AttributeError) as error:
            raise MlflowException(f"{self.path} is no file of keys.", INVALID_STATE) from error

    @contextmanager
    def _changing(self) -> Iterator[Stored]:
        """The keys, written back when the block ends well; one process at a time."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # The lock is a file of its own: the keys' file is replaced, not written to.
        with self.path.with_name(f"{self.path.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            keys = self._read()
            yield keys
            self._write(keys)

    def _write(self, keys: Stored) -> None:
        text = json.dumps({name: asdict(one) for name, one in keys.items()}, indent=1)
        # mkstemp's files can be read by their owner only; whoever reads sees all or nothing.
        handle, temporary = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}.")
        try:
            with os.fdopen(handle, "w") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(self.path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise


def _put(keys: Stored, name: str, role: str) -> NewKey:
    made = NewKey(name, role, int(time.time() * 1000), new_key())
    keys[name] = StoredKey(made.name, made.role, made.created, digest(made.key))
    return made


def _required(keys: Stored, name: str) -> StoredKey:
    if name not in keys:
        raise MlflowException(f"There is no key named {name!r}.", RESOURCE_DOES_NOT_EXIST)
    return keys[name]


def _unreadable(path: Path, error: OSError) -> MlflowException:
    return MlflowException(f"{path} cannot be read: {error.strerror}.", INVALID_STATE)
