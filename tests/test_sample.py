"""The bundled sample is what `mlflowplug new` renders: one source of working plugin code."""

from __future__ import annotations

from pathlib import Path

from mlflowplug.bundled import bundled
from mlflowplug.scaffold.answers import Answers
from mlflowplug.scaffold.making import render
from mlflowplug.scaffold.templates import template_types

NAME = "mlflowplug-sample"
IGNORED = {"__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis", "dist"}


def written(folder: Path) -> dict[str, bytes]:
    """The files of a folder, less what tools leave behind."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and IGNORED.isdisjoint(path.relative_to(folder).parts)
    }


def test_the_sample_is_what_new_renders_for_all_types() -> None:
    """Mend a difference by rendering it anew: mlflowplug new mlflowplug-sample …"""
    rendered = render(Answers(NAME, tuple(template_types()), "sample"))
    expected = {path.as_posix(): content for path, content in rendered.items()}
    assert written(bundled("plugins") / NAME) == expected
