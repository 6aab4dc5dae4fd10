"""Tables: their names, their versions and what is in them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from mlflow.exceptions import MlflowException

from mlflowplug_sample.datasets.catalogue import (
    FOLDER,
    Catalogue,
    configured_catalogue,
)
from mlflowplug_sample.datasets.table import SCHEME, Table, is_uri, parsed

FRAME = pd.DataFrame({"a": [1, 2], "b": ["x", None]})


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    (tmp_path / "iris").mkdir()
    for version in (1, 2, 10):
        FRAME.head(version).to_parquet(tmp_path / "iris" / f"{version}.parquet")
    (tmp_path / "sales" / "orders").mkdir(parents=True)
    FRAME.to_csv(tmp_path / "sales" / "orders" / "1.csv", index=False)
    return Catalogue(tmp_path)


@pytest.mark.parametrize("start", ["", f"{SCHEME}:", f"{SCHEME.upper()}:"])
def test_a_table_may_have_a_version(start: str) -> None:
    assert parsed(f"{start}iris") == ("iris", None)
    assert parsed(f"{start}sales/orders.v-1@12") == ("sales/orders.v-1", 12)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@1",
        "iris@",
        "iris@0",
        "iris@-1",
        "iris@latest",
        "iris@1@2",
        "iris@1\n",
        "../iris",
        "sales/../../iris",
        "sales//orders",
        "/etc/passwd",
        "sales/.hidden",
        "%2e%2e/iris",
        "sales\\orders",
        "C:iris",
        "iris?a=b",
        "iris#x",
        "ïris",
    ],
)
def test_what_is_no_name_leads_nowhere(text: str, catalogue: Catalogue) -> None:
    for one in (text, f"{SCHEME}:{text}"):
        with pytest.raises(MlflowException, match="is no table"):
            catalogue.table(one)


def test_only_text_with_the_scheme_is_a_uri() -> None:
    assert is_uri(Table("iris", 1).uri)
    for other in ("iris", f"{SCHEME}x:iris", f"x{SCHEME}:iris", "", None, 5, Path(f"{SCHEME}:a")):
        assert not is_uri(other)


def test_the_newest_version_is_found_by_number(catalogue: Catalogue, tmp_path: Path) -> None:
    (tmp_path / "iris" / "11.txt").write_text("no table")
    (tmp_path / "iris" / "draft.csv").write_text("a")
    assert catalogue.table("iris") == Table("iris", 10)
    assert catalogue.table("iris@2") == Table("iris", 2)


def test_it_is_said_which_versions_there_are(catalogue: Catalogue) -> None:
    with pytest.raises(MlflowException, match=r"1, 2, 10\.") as caught:
        catalogue.table("iris@3")
    assert caught.value.error_code == "RESOURCE_DOES_NOT_EXIST"
    with pytest.raises(MlflowException, match="none"):
        catalogue.table("unknown")


def test_both_formats_are_read(catalogue: Catalogue) -> None:
    for name in ("iris@2", "sales/orders"):
        assert catalogue.read(catalogue.table(name)).shape == FRAME.shape


def test_the_digest_is_that_of_the_content(catalogue: Catalogue, tmp_path: Path) -> None:
    table = catalogue.table("sales/orders")
    before = catalogue.digest(table)
    assert catalogue.digest(table) == before
    assert len(before) == 10
    with (tmp_path / "sales" / "orders" / "1.csv").open("a") as file:
        file.write("3,z\n")
    assert catalogue.digest(table) != before


def test_a_version_is_one_file(catalogue: Catalogue, tmp_path: Path) -> None:
    (tmp_path / "sales" / "orders" / "1.parquet").write_bytes(b"")
    with pytest.raises(MlflowException, match="one file"):
        catalogue.read(Table("sales/orders", 1))
    with pytest.raises(MlflowException, match="one file"):
        catalogue.read(Table("sales/orders", 2))


def test_it_is_said_what_to_configure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FOLDER, raising=False)
    with pytest.raises(MlflowException, match=FOLDER):
        configured_catalogue()
