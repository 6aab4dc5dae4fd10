"""Two versions of a table."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from mlflowplug_sample.datasets.catalogue import FOLDER


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the tables, as the environment configures it."""
    tables = tmp_path / "tables"
    (tables / "sales" / "orders").mkdir(parents=True)
    for version in (1, 2):
        frame = pd.DataFrame(
            {
                "amount": [1.5, None, 3.0][: version + 1],
                "guess": [1.0, 2.0, 3.0][: version + 1],
                "city": ["Ulm", "Bonn", "Ulm"][: version + 1],
            }
        )
        frame.to_parquet(tables / "sales" / "orders" / f"{version}.parquet")
    monkeypatch.setenv(FOLDER, str(tables))
    return tables
