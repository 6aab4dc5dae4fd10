"""Where a store URI points.

`sample:/abs/store.db`, `sample:///abs/store.db` or
`sample:relative/store.db`.
"""

from __future__ import annotations

import os
from pathlib import Path

from .errors import invalid_parameter

SCHEME = "sample"
FILE_NAME = "store.db"
# Set by `mlflow server`, which also opens stores without an artifact URI (jobs of the server);
# see _get_sqlalchemy_store in mlflow/tracking/_tracking_service/utils.py.
SERVER_ARTIFACT_ROOT = "_MLFLOW_SERVER_ARTIFACT_ROOT"


def database_path(store_uri: str | None) -> Path:
    """The absolute path of the database file; its folder is created.

    A path that names a folder (one that exists, or with a slash at its end) holds `store.db`.

    Raises:
        MlflowException: the URI has another scheme, a host, a query, a fragment, or no path.
    """
    text = _path_text(store_uri or "")
    path = Path(text).absolute()
    if text.endswith("/") or path.is_dir():
        path = path / FILE_NAME
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise invalid_parameter(f"Cannot create the folder of the store: {error}") from error
    return path


def _path_text(store_uri: str) -> str:
    # No message repeats the URI: one that is wrong may be another system's, with a password.
    scheme, colon, rest = store_uri.partition(":")
    # Schemes are case-insensitive (RFC 3986 §3.1), and MLflow lower-cases them to find the store.
    if not colon or scheme.lower() != SCHEME:
        raise invalid_parameter(f"The store URI does not start with '{SCHEME}:'.")
    if "?" in rest or "#" in rest or "\0" in rest:
        raise invalid_parameter(
            "The store URI has a query, a fragment or a null character. "
            f"Expected a path only, such as '{SCHEME}:/data/{FILE_NAME}'."
        )
    if rest.startswith("//") and not rest.startswith("///"):
        raise invalid_parameter(
            "The store URI names a host. "
            f"Expected '{SCHEME}:/absolute/path' or '{SCHEME}:relative/path'."
        )
    path = rest.removeprefix("//")
    if not path:
        raise invalid_parameter(f"The store URI has no path after '{SCHEME}:'.")
    return path


def artifact_root(artifact_uri: str | None, database: Path) -> str:
    """Where new experiments keep their artifacts: what MLflow gave, else beside the database.

    The built-in SQL store takes `./mlruns` of the current folder, so that the same store opened
    from two folders scatters its artifacts; a file beside them can say better.
    """
    from mlflow.utils.uri import resolve_uri_if_local

    given = artifact_uri or os.environ.get(SERVER_ARTIFACT_ROOT)
    return str(resolve_uri_if_local(given or str(database.parent / "artifacts")))
