"""The source: what it is made of, and what it makes."""

from __future__ import annotations

from pathlib import Path

import pytest
from mlflow.exceptions import MlflowException

from mlflowplug_sample.dataset_source.source import (
    SampleDatasetSource,
)
from mlflowplug_sample.datasets.catalogue import FOLDER
from mlflowplug_sample.datasets.table import SCHEME, Table

Source = SampleDatasetSource
URI = f"{SCHEME}:sales/orders@1"


def test_a_version_is_loaded(folder: Path) -> None:
    assert len(Source(Table("sales/orders", 2)).load()) == 2


def test_without_a_version_the_newest_is_meant_for_good(folder: Path) -> None:
    source = Source._resolve(f"{SCHEME}:sales/orders")
    (folder / "sales" / "orders" / "3.csv").write_text("amount\n")
    assert source.uri == f"{SCHEME}:sales/orders@2"
    assert len(source.load()) == 2


def test_what_is_logged_is_read_back() -> None:
    source = Source(Table("sales/orders", 1))
    assert source.to_dict() == {"uri": URI}
    assert Source.from_json(source.to_json()).uri == URI


@pytest.mark.parametrize(
    "logged", [{}, {"uri": None}, {"uri": "s3://a"}, {"uri": f"{SCHEME}:a"}, {"uri": f"{SCHEME}:"}]
)
def test_what_is_no_logged_source_is_refused(logged: dict[str, object]) -> None:
    with pytest.raises(MlflowException, match="NAME@VERSION"):
        Source.from_dict(logged)


def test_a_version_that_is_gone_is_named(folder: Path) -> None:
    source = Source.from_dict({"uri": f"{SCHEME}:sales/orders@9"})
    with pytest.raises(MlflowException, match="sales/orders@9"):
        source.load()


@pytest.mark.parametrize("raw", ["s3://bucket/a", "sales/orders", "/tmp", Path("/tmp"), None, 1])
def test_others_are_left_alone(raw: object) -> None:
    assert Source._can_resolve(raw) is False


def test_unconfigured_it_reads_nothing_and_says_what_to_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(FOLDER, raising=False)
    assert Source._can_resolve(URI)
    with pytest.raises(MlflowException, match=FOLDER):
        Source.from_dict({"uri": URI}).load()
