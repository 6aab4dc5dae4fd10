"""The storage part on its own: plain values in, plain values out, many writers at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from mlflow.exceptions import MlflowException

from mlflowplug_sample.model_registry_store.storage import Storage
from mlflowplug_sample.sql.location import database_url

WRITERS = 8
VERSION = ("a version", "None", "s3://bucket/1", "s3://bucket/1", "run1", None)


@pytest.fixture
def storage(any_uri: str) -> Storage:
    return Storage(database_url(any_uri))


def at_once(work: Callable[[int], Any], count: int = WRITERS) -> list[Any]:
    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(work, range(count)))


@contextmanager
def unless_it_is_gone() -> Iterator[None]:
    try:
        yield
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise


def test_a_version_is_read_back(storage: Storage) -> None:
    storage.create_registered_model("model", None, [], 1)
    storage.create_model_version("model", VERSION, [("k", "v")], 2)
    storage.set_alias("model", "champion", 1)
    record = storage.model_version("model", 1)
    assert record.row[1:] == ("model", 1, 2, 2, *VERSION)
    assert (record.tags, record.aliases) == ([("k", "v")], ["champion"])


def test_one_of_many_gets_the_name(storage: Storage) -> None:
    made = at_once(lambda number: storage.create_registered_model("model", str(number), [], 1))
    assert [record is None for record in made].count(False) == 1
    winner = next(record for record in made if record)
    assert storage.registered_model("model").row == winner.row


def test_many_at_once_get_numbers_of_their_own(storage: Storage) -> None:
    storage.create_registered_model("model", None, [], 1)
    made = at_once(lambda _: storage.create_model_version("model", VERSION, [], 1).row[2], 80)
    assert sorted(made) == list(range(1, 81))


def test_an_alias_never_stands_for_a_deleted_version(storage: Storage) -> None:
    storage.create_registered_model("model", None, [], 1)
    for _ in range(40):
        storage.create_model_version("model", VERSION, [], 1)

    def work(number: int) -> None:
        version = number // 2 + 1
        with unless_it_is_gone():
            if number % 2:
                storage.delete_model_version("model", version, 2)
            else:
                storage.set_alias("model", f"alias{version}", version)

    at_once(work, 80)
    assert storage.registered_model("model").aliases == []


def test_a_deleted_model_leaves_nothing_behind(storage: Storage) -> None:
    storage.create_registered_model("model", None, [], 1)

    def work(number: int) -> None:
        with unless_it_is_gone():
            if number == WRITERS:
                storage.delete_registered_model("model")
            else:
                storage.create_model_version("model", VERSION, [("k", "v")], 1)

    at_once(work, 2 * WRITERS)
    with storage.reading() as c:
        for table in ("registered_models", "model_versions", "model_version_tags"):
            assert c.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0


def test_a_version_that_fails_takes_no_number(storage: Storage) -> None:
    storage.create_registered_model("model", None, [], 1)
    with pytest.raises(MlflowException):
        storage.create_model_version("model", VERSION, [("k", "v"), ("k", "v")], 2)
    assert storage.registered_model("model").row[3] == 1
    assert storage.create_model_version("model", VERSION, [], 3).row[2] == 1
