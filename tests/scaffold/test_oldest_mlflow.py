"""What is rendered runs on the oldest MLflow that it asks for, each type on its own."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rendered_plugins import ACME, run

from mlflowplug import environments
from mlflowplug.scaffold.making import make
from mlflowplug.scaffold.templates import template, template_types

pytestmark = pytest.mark.slow

OLDER = ("sqlalchemy<2.1", "pandas<3", "fastapi<0.116")
"""What MLflow 2.22 and early 3 do not run with any more; their own metadata do not say so."""


def by_release() -> dict[str, tuple[str, ...]]:
    """The types by the oldest MLflow that their code runs on."""
    found: dict[str, tuple[str, ...]] = {}
    for kind in template_types():
        oldest = template(kind, "standalone", "acme", "acme").mlflow
        found[oldest] = (*found.get(oldest, ()), kind)
    return found


RELEASES = by_release()


@pytest.mark.parametrize("release", RELEASES)
def test_it_loads_and_takes_the_calls_of_its_oldest_mlflow(release: str, tmp_path: Path) -> None:
    types = RELEASES[release]
    plugin = make(replace(ACME, types=types), tmp_path).path
    environment = environments.create(tmp_path / "venv")
    environments.install(environment, [f"mlflow=={release}.*", *OLDER, plugin])
    # By name and from elsewhere: a folder of that name would be installed beside today's MLflow.
    arguments = ["test", plugin.name, "--python", str(environment.python), "--json"]
    done = run(
        sys.executable, "-m", "mlflowplug", *arguments, "--select", "*0,*1", cwd=tmp_path / "venv"
    )
    document = json.loads(done)
    assert document["environment"]["mlflow"].startswith(f"{release}.")
    loaded = {check["code"][3:] for check in checks(document) if check["outcome"] == "passed"}
    assert {"01", "06"} & loaded
    assert document["summary"]["failed"] == 0
    assert document["summary"]["error"] == 0


def checks(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for target in document["targets"]:
        yield from target["checks"]
