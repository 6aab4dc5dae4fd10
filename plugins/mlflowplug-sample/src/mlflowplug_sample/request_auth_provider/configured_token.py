"""The token that the environment holds, or a file that it names."""

from __future__ import annotations

import os
from collections.abc import Hashable
from pathlib import Path

from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import UNAUTHENTICATED

IN_ENVIRONMENT = "SAMPLE_TOKEN"
IN_FILE = "SAMPLE_TOKEN_FILE"


class ConfiguredToken:
    """Reads the environment anew each time: notebooks change it, and agents replace files."""

    def version(self) -> Hashable:
        """The variable's value, or what tells two versions of the file apart."""
        path, value = _configured()
        if path is None:
            return value
        try:
            found = path.stat()
        except OSError as error:
            raise _unreadable(path, error) from None
        # Kubernetes replaces mounted secrets by new files; others write them in place.
        return str(path), found.st_ino, found.st_mtime_ns, found.st_size

    def fetch(self) -> str:
        """The token, without the line break at its end."""
        path, value = _configured()
        if path is None:
            return value.strip()
        try:
            return path.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise _unreadable(path, error) from None


def _configured() -> tuple[Path | None, str]:
    """The file, or None and the token."""
    value, path = os.environ.get(IN_ENVIRONMENT, ""), os.environ.get(IN_FILE, "")
    if value and path:
        raise _refused(f"{IN_ENVIRONMENT} and {IN_FILE} are both set. Unset one of them.")
    if not value and not path:
        raise _refused(
            f"MLFLOW_TRACKING_AUTH asks for a token, and there is none. Set {IN_FILE} to the path "
            f"of a file that holds it, or {IN_ENVIRONMENT} to the token."
        )
    return Path(path) if path else None, value


def _unreadable(path: Path, error: OSError | UnicodeDecodeError) -> MlflowException:
    # Not str(error): that of a UnicodeDecodeError shows what the file holds.
    reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8"
    return _refused(f"{IN_FILE} names {path}, which cannot be read: {reason}. Log in again.")


def _refused(message: str) -> MlflowException:
    return MlflowException(message, UNAUTHENTICATED)
