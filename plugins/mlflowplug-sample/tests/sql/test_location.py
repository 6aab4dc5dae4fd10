"""Where store URIs point."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from mlflow.exceptions import MlflowException

from mlflowplug_sample import sql
from mlflowplug_sample.sql.database import POSTGRESQL_EXTRA, Database
from mlflowplug_sample.sql.location import SCHEME, database_url, sqlite_url
from mlflowplug_sample.sql.tables import Tables

SERVER = f"{SCHEME}+postgresql"


class Empty(Database):
    """A store of nothing."""

    tables = Tables("empty", sa.MetaData(), version=1)


@pytest.mark.parametrize("slashes", ["", "//"])
def test_an_absolute_path_may_have_one_slash_or_three(tmp_path: Path, slashes: str) -> None:
    assert database_url(f"{SCHEME}:{slashes}{tmp_path}/a/b.db") == sqlite_url(tmp_path / "a/b.db")
    assert (tmp_path / "a").is_dir()


def test_a_relative_path_starts_in_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert database_url(f"{SCHEME}:a/b.db") == sqlite_url(tmp_path / "a/b.db")


@pytest.mark.parametrize("end", ["", "/", "/new/"])
def test_a_folder_holds_store_db(tmp_path: Path, end: str) -> None:
    expected = sqlite_url(Path(f"{tmp_path}{end}") / "store.db")
    assert database_url(f"{SCHEME}:{tmp_path}{end}") == expected


def test_a_server_is_reached_through_psycopg() -> None:
    uri = f"{SERVER.upper()}://me:p%40ss@db.example:5433/runs?sslmode=require"
    url = database_url(uri)
    assert url.drivername == "postgresql+psycopg"
    assert (url.username, url.password, url.host, url.port) == ("me", "p@ss", "db.example", 5433)
    assert (url.database, url.query) == ("runs", {"sslmode": "require"})


@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        (f"{SCHEME}:", "no path"),
        (f"{SCHEME}://", "host"),
        (f"{SCHEME}:/a?timeout=1", "query"),
        (f"{SCHEME}:/a#b", "fragment"),
        (f"{SCHEME}://host/a", "host"),
        ("sqlite:///a", "does not start"),
        (None, "does not start"),
        (SERVER, "does not start"),
        (f"{SERVER}:/a", "no database"),
        (f"{SERVER}://host", "no database"),
    ],
)
def test_a_uri_that_means_nothing_is_refused(uri: str | None, reason: str) -> None:
    with pytest.raises(MlflowException, match=reason):
        database_url(uri)


@pytest.mark.parametrize(
    "uri",
    [
        f"{SCHEME}://me:secret@host/a?token=secret",
        f"{SERVER}://me:secret@host",
        f"{SERVER}://me:1@secret@host:5432/a",
        f"{SERVER}://me:secret@host:port/a",
    ],
)
def test_errors_repeat_no_password(uri: str) -> None:
    with pytest.raises(MlflowException) as caught:
        database_url(uri)
    assert "secret" not in str(caught.value)
    assert "secret" not in str(caught.value.__cause__)


def test_a_server_that_is_not_there_is_an_error_without_the_password() -> None:
    with pytest.raises(MlflowException, match=r"127\.0\.0\.1") as caught:
        Empty(database_url(f"{SERVER}://me:secret@127.0.0.1:1/a"))
    assert caught.value.error_code == "TEMPORARILY_UNAVAILABLE"
    assert "secret" not in str(caught.value)


def test_without_psycopg_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, f"{sql.__name__}.postgresql", raising=False)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MlflowException, match=re.escape(f"pip install '{POSTGRESQL_EXTRA}'")):
        Empty(database_url(f"{SERVER}://me:secret@127.0.0.1:1/a"))
