"""Where a store URI points: a SQLite file, or a database of a PostgreSQL server.

`sample:/abs/store.db`, `sample:///abs/store.db` or
`sample:relative/store.db`;
`sample+postgresql://user:password@host:5432/database`.
"""

from __future__ import annotations

import os
from pathlib import Path

import sqlalchemy as sa

from .errors import invalid_parameter

SCHEME = "sample"
POSTGRESQL_SCHEME = f"{SCHEME}+postgresql"
FILE_NAME = "store.db"
# Set by `mlflow server`, which also opens stores without an artifact URI (jobs of the server);
# see _get_sqlalchemy_store in mlflow/tracking/_tracking_service/utils.py.
SERVER_ARTIFACT_ROOT = "_MLFLOW_SERVER_ARTIFACT_ROOT"


def database_url(store_uri: str | None) -> sa.URL:
    """The database in SQLAlchemy's form; the folder of a file is created.

    A path that names a folder (one that exists, or with a slash at its end) holds `store.db`.

    Raises:
        MlflowException: the URI has another scheme, or is none of the forms above.
    """
    # No message repeats the URI: one that is wrong may be another system's, with a password.
    scheme, colon, rest = (store_uri or "").partition(":")
    # Schemes are case-insensitive (RFC 3986 §3.1), and MLflow lower-cases them to find the store.
    if colon and scheme.lower() == POSTGRESQL_SCHEME:
        return _server(rest)
    if colon and scheme.lower() == SCHEME:
        return sqlite_url(_file(rest))
    raise invalid_parameter(f"The store URI does not start with '{SCHEME}:'.")


def sqlite_url(path: Path) -> sa.URL:
    """The database in a file."""
    return sa.URL.create("sqlite", database=str(path))


def _server(rest: str) -> sa.URL:
    try:
        url = sa.make_url(f"postgresql+psycopg:{rest}")
    except (sa.exc.ArgumentError, ValueError):  # which quote the URI
        url = sa.URL.create("postgresql+psycopg")
    # An @ that is left in the host was one of the password: errors of the driver name the host.
    if not url.database or "@" in (url.host or ""):
        raise invalid_parameter(
            "The store URI names no database. Expected "
            f"'{POSTGRESQL_SCHEME}://user:password@host:5432/database'; "
            "in user and password, '@' is written '%40', and '%' is written '%25'."
        )
    return url


def _file(rest: str) -> Path:
    text = _path_text(rest)
    path = Path(text).absolute()
    if text.endswith("/") or path.is_dir():
        path = path / FILE_NAME
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise invalid_parameter(f"Cannot create the folder of the store: {error}") from error
    return path


def _path_text(rest: str) -> str:
    if "?" in rest or "#" in rest or "\0" in rest:
        raise invalid_parameter(
            "The store URI has a query, a fragment or a null character. "
            f"Expected a path only, such as '{SCHEME}:/data/{FILE_NAME}'."
        )
    if rest.startswith("//") and not rest.startswith("///"):
        raise invalid_parameter(
            "The store URI names a host. "
            f"Expected '{SCHEME}:/absolute/path' or '{SCHEME}:relative/path'; "
            f"a server's begins with '{POSTGRESQL_SCHEME}://'."
        )
    path = rest.removeprefix("//")
    if not path:
        raise invalid_parameter(f"The store URI has no path after '{SCHEME}:'.")
    return path


def artifact_root(artifact_uri: str | None, database: sa.URL) -> str:
    """Where new experiments keep their artifacts: what MLflow gave, else beside the file.

    The built-in SQL store takes `./mlruns` of the current folder, so that the same store opened
    from two folders scatters its artifacts; a file beside them can say better. A server cannot:
    there it is `./mlruns` here too, which `mlflow server --default-artifact-root` overrides.
    """
    from mlflow.store.tracking import DEFAULT_LOCAL_FILE_AND_ARTIFACT_PATH
    from mlflow.utils.uri import resolve_uri_if_local

    root = artifact_uri or os.environ.get(SERVER_ARTIFACT_ROOT)
    if not root and database.get_backend_name() == "sqlite":
        root = str(Path(database.database or "").parent / "artifacts")
    return str(resolve_uri_if_local(root or DEFAULT_LOCAL_FILE_AND_ARTIFACT_PATH))
