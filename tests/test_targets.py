"""Targets: folders are built without leaving anything in them."""

from __future__ import annotations

from pathlib import Path

from mlflowplug.targets import build_wheel

SETUP = """
from setuptools import setup

setup(name="acme-plugin", version="1.0", py_modules=["acme_plugin"],
      entry_points={"mlflow.tracking_store": "acme=acme_plugin:build"})
"""


def test_building_a_setuptools_project_leaves_the_folder_as_it_was(tmp_path: Path) -> None:
    """setuptools makes `build` and `*.egg-info` beside the sources."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "setup.py").write_text(SETUP, "utf-8")
    (project / "acme_plugin.py").write_text("def build(store_uri, artifact_uri=None): ...\n")
    assert build_wheel(project, tmp_path).suffix == ".whl"
    assert sorted(path.name for path in project.iterdir()) == ["acme_plugin.py", "setup.py"]


def test_what_was_there_before_a_build_stays(tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / "build").mkdir(parents=True)
    (project / "build" / "mine.txt").write_text("mine")
    (project / "setup.py").write_text(SETUP, "utf-8")
    (project / "acme_plugin.py").write_text("def build(store_uri, artifact_uri=None): ...\n")
    build_wheel(project, tmp_path)
    assert (project / "build" / "mine.txt").read_text() == "mine"
