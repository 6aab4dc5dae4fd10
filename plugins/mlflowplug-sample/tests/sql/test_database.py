"""Transactions, locks, forks and restarts, on SQLite and on PostgreSQL."""

from __future__ import annotations

import gc
import multiprocessing
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from mlflow.exceptions import MlflowException

from mlflowplug_sample.sql.connection import FOR_UPDATE, IntegrityErrors
from mlflowplug_sample.sql.database import Database, driver
from mlflowplug_sample.sql.location import database_url, sqlite_url
from mlflowplug_sample.sql.tables import Tables, integer, number, text

from .server import Server

metadata = sa.MetaData()
counters = sa.Table(
    "counters",
    metadata,
    number("id"),
    text("name", nullable=False, unique=True),
    integer("value"),
)


class Counters(Database):
    """A small store, with what storage code may use."""

    tables = Tables("counters", metadata, version=1)

    def add(self, name: str, value: int = 0) -> int:
        with self.writing() as c:
            query = "INSERT INTO counters (name, value) VALUES (?, ?) RETURNING id"
            return int(c.execute(query, (name, value)).fetchone()[0])

    def increase(self, name: str) -> None:
        with self.writing() as c:
            query = f"SELECT value FROM counters WHERE name = ? {FOR_UPDATE}"
            value = c.execute(query, (name,)).fetchone()[0]
            c.execute("UPDATE counters SET value = ? WHERE name = ?", (value + 1, name))

    def value(self, name: str) -> int | None:
        with self.reading() as c:
            row = c.execute("SELECT value FROM counters WHERE name = ?", (name,)).fetchone()
            return row and int(row[0])


@pytest.fixture
def database(any_uri: str) -> Counters:
    database = Counters(database_url(any_uri))
    database.add("a")
    return database


def test_a_transaction_that_fails_leaves_nothing_behind(database: Counters) -> None:
    def fail() -> None:
        with database.writing() as c:
            c.execute("UPDATE counters SET value = 1")
            raise ValueError("on purpose")

    with pytest.raises(MlflowException, match="on purpose"):
        fail()
    assert database.value("a") == 0


def test_a_broken_unique_can_be_told_from_other_errors(database: Counters) -> None:
    def add() -> None:
        with database.writing() as c:
            try:
                c.execute("INSERT INTO counters (name) VALUES (?)", ("a",))
            except IntegrityErrors as error:
                raise MlflowException("taken") from error

    with pytest.raises(MlflowException, match="taken"):
        add()
    with pytest.raises(MlflowException) as caught, database.writing() as c:
        c.execute("INSERT INTO counters (name) VALUES (?)", (None,))
    assert caught.value.error_code == "BAD_REQUEST"
    assert database.add("b") > 1


def test_rows_are_counted_also_of_many_statements(database: Counters) -> None:
    add = "INSERT INTO counters (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING"
    with database.writing() as c:
        assert c.executemany(add, [("a", 1), ("b", 1), ("c", 100)]).rowcount == 2
        assert c.execute("UPDATE counters SET value = 7 WHERE value < ?", (50,)).rowcount == 2


def test_percent_signs_and_question_marks_in_values_are_values(database: Counters) -> None:
    database.add("100% ?%s")
    with database.reading() as c:
        query = "SELECT name FROM counters WHERE name LIKE '100%' AND name = ?"
        assert c.execute(query, ("100% ?%s",)).fetchall() == [("100% ?%s",)]


def test_a_reading_transaction_sees_one_state(database: Counters) -> None:
    with database.reading() as c:
        before = c.execute("SELECT value FROM counters").fetchall()
        with ThreadPoolExecutor() as other:
            other.submit(database.increase, "a").result(10)
        assert c.execute("SELECT value FROM counters").fetchall() == before
    assert database.value("a") == 1


def test_composed_and_plain_statements_share_a_transaction(database: Counters) -> None:
    with database.selecting() as connection:
        assert connection.scalar(sa.select(counters.c.value)) == 0
        database.increase("a")
        assert driver(connection).execute("SELECT value FROM counters").fetchone() == (0,)


def test_threads_lose_no_updates(database: Counters) -> None:
    with ThreadPoolExecutor(8) as threads:
        for done in [threads.submit(database.increase, "a") for _ in range(80)]:
            done.result(60)
    assert database.value("a") == 80


def _increase(uri: str) -> None:
    database = Counters(database_url(uri))
    with database.writing() as c:
        c.execute("INSERT INTO counters (name, value) VALUES ('a', 0) ON CONFLICT DO NOTHING")
    for _ in range(20):
        database.increase("a")


def test_processes_that_open_a_new_database_together_lose_no_updates(any_uri: str) -> None:
    start = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(3, mp_context=start) as processes:
        for done in [processes.submit(_increase, any_uri) for _ in range(3)]:
            done.result(60)
    assert Counters(database_url(any_uri)).value("a") == 60


def _in_a_fork(call: Callable[[], object]) -> int | None:
    child = multiprocessing.get_context("fork").Process(target=call)
    child.start()
    child.join(30)
    return child.exitcode


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
@pytest.mark.skipif(
    "fork" not in multiprocessing.get_all_start_methods(), reason="this system cannot fork"
)
def test_a_forked_child_has_connections_of_its_own(database: Counters) -> None:
    def work() -> None:
        database.increase("a")
        gc.collect()

    assert _in_a_fork(work) == 0
    with database.reading() as c:
        assert _in_a_fork(work) == 0
        assert c.execute("SELECT count(*) FROM counters").fetchone() == (1,)
    assert database.value("a") == 2


def test_writes_wait_for_another_process(tmp_path: Path) -> None:
    database = Counters(sqlite_url(tmp_path / "store.db"))
    database.add("a")
    other = sqlite3.connect(tmp_path / "store.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.3, other.execute, ["COMMIT"])
    release.start()
    database.increase("a")
    release.join()
    other.close()
    assert database.value("a") == 1


def test_the_file_is_complete_once_the_database_is_gone(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    database = Counters(sqlite_url(tmp_path / "new" / "store.db"))
    database.add("a")
    del database
    gc.collect()
    assert [found.name for found in (tmp_path / "new").iterdir()] == ["store.db"]


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "store.db").write_text("this is no database" * 100)
    with pytest.raises(MlflowException, match="not a database"):
        Counters(sqlite_url(tmp_path / "store.db"))


def test_a_server_may_restart(postgresql_server: Server, postgresql_uri: str) -> None:
    database = Counters(database_url(postgresql_uri))
    database.add("a")
    postgresql_server.stop()
    try:
        with pytest.raises(MlflowException) as caught:
            database.increase("a")
    finally:
        postgresql_server.start()
    assert caught.value.error_code == "TEMPORARILY_UNAVAILABLE"
    database.increase("a")
    assert database.value("a") == 1


def test_a_lost_connection_is_an_error_that_clients_try_again(postgresql_uri: str) -> None:
    database = Counters(database_url(postgresql_uri))
    database.add("a")
    with pytest.raises(MlflowException) as caught, database.writing() as c:
        c.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    assert caught.value.error_code == "TEMPORARILY_UNAVAILABLE"
    assert database.value("a") == 0
