"""Databases of older and newer versions, and of something else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from mlflow.exceptions import MlflowException

from mlflowplug_sample.sql.database import Database
from mlflowplug_sample.sql.location import database_url
from mlflowplug_sample.sql.tables import Tables, integer, number, text


def things(*columns: sa.Column[Any]) -> sa.MetaData:
    metadata = sa.MetaData()
    sa.Table("things", metadata, number("id"), text("name"), *columns)
    return metadata


class First(Database):
    """The store as its first release made it."""

    tables = Tables("things", things(), version=1)


class Third(Database):
    """Two releases later: a column, what it holds, and a table."""

    tables = Tables(
        "things",
        things(integer("size")),
        version=3,
        migrations={
            2: ["ALTER TABLE things ADD COLUMN size BIGINT"],
            3: ["UPDATE things SET size = length(name)"],
        },
    )
    sa.Table("owners", tables.metadata, number("id"), text("name"))


class Broken(Database):
    """A release whose migration does not work."""

    tables = Tables(
        "things",
        things(),
        version=2,
        migrations={2: ["UPDATE things SET name = 'lost'", "DROP TABLE nowhere"]},
    )


@pytest.fixture
def url(any_uri: str) -> sa.URL:
    """A database of the first release, with a row."""
    url = database_url(any_uri)
    with First(url).writing() as c:
        c.execute("INSERT INTO things (name) VALUES (?)", ("four",))
    return url


def rows(database: Database) -> list[Any]:
    with database.reading() as c:
        return c.execute("SELECT * FROM things").fetchall()


def test_an_old_database_is_brought_up_when_it_is_opened(url: sa.URL) -> None:
    for _ in range(2):
        database = Third(url)
        assert rows(database) == [(1, "four", 4)]
        with database.writing() as c:
            c.execute("DELETE FROM owners")


def test_a_new_database_has_the_newest_tables(any_uri: str) -> None:
    with Third(database_url(any_uri)).writing() as c:
        c.execute("INSERT INTO things (name, size) VALUES ('a', 1)")


def test_many_may_open_an_old_database_at_once(url: sa.URL) -> None:
    with ThreadPoolExecutor(8) as threads:
        opened = [threads.submit(Third, url) for _ in range(8)]
        assert all(rows(one.result(60)) == [(1, "four", 4)] for one in opened)


def test_a_migration_that_fails_changes_nothing(url: sa.URL) -> None:
    with pytest.raises(MlflowException, match="nowhere"):
        Broken(url)
    assert rows(First(url)) == [(1, "four")]


def test_a_newer_database_is_refused(url: sa.URL) -> None:
    Third(url)
    with pytest.raises(MlflowException, match=r"version 3 .* knows 1"):
        First(url)


class Forgetful(Database):
    """A release that no longer knows how the first one's tables become the second's."""

    tables = Tables("things", things(), version=3, migrations={3: []})


def test_a_database_that_is_too_old_is_refused(url: sa.URL) -> None:
    with pytest.raises(MlflowException, match="older release"):
        Forgetful(url)


class Foreign(Database):
    """Another store, which has a table of the same name."""

    tables = Tables("foreign", things(integer("size")), version=1)


def test_tables_of_something_else_are_left_alone(url: sa.URL) -> None:
    with pytest.raises(MlflowException, match="something else: things"):
        Foreign(url)
    assert rows(First(url)) == [(1, "four")]


class Neighbour(Database):
    """Another store, which has tables and a version of its own."""

    tables = Tables("neighbour", sa.MetaData(), version=7)
    sa.Table("others", tables.metadata, number("id"))


def test_stores_share_a_database(url: sa.URL) -> None:
    for _ in range(2):
        Neighbour(url)
        assert rows(First(url)) == [(1, "four")]
