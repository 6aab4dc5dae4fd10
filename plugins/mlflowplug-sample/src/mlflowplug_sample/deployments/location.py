"""Where the deployments of a target are kept.

The target is `sample`, or `sample:/folder`.
"""

from __future__ import annotations

import os
from pathlib import Path

from mlflow.exceptions import MlflowException

TARGET = "sample"
FOLDER_VARIABLE = "SAMPLE_DEPLOYMENTS"


def target_folder(target_uri: str) -> Path:
    """The folder of a target; it is created for this user alone.

    Raises:
        MlflowException: the URI names another target, a host, or no absolute folder; or the folder
            cannot be made.
    """
    folder = _named(target_uri) or _default()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise MlflowException.invalid_parameter_value(
            f"The folder of the deployments cannot be made: {error}"
        ) from error
    return folder


def _named(target_uri: str) -> Path | None:
    scheme, colon, rest = target_uri.partition(":")
    path = rest.removeprefix("//") if rest.startswith("///") else rest
    is_folder = path.startswith("/") and not path.startswith("//") and not set("?#\0") & set(path)
    if scheme.lower() != TARGET or (colon and not is_folder):
        # The URI is not repeated: one that is wrong may be another system's, with a password.
        raise MlflowException.invalid_parameter_value(
            f"The target is neither {TARGET!r} nor '{TARGET}:/absolute/folder'."
        )
    return Path(path) if colon else None


def _default() -> Path:
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named).absolute() if named else Path.home() / f".{TARGET}" / "deployments"
