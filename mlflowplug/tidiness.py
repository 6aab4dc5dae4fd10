"""Leaves a user's source tree as it was: setuptools builds in it and forgets to clean up."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def left_as_found(folder: Path) -> Iterator[None]:
    """Remove what a build has added to a project folder: `build` and `*.egg-info`.

    What was there before stays, whoever made it.
    """
    before = set(_traces(folder))
    try:
        yield
    finally:
        for path in set(_traces(folder)) - before:
            shutil.rmtree(path, ignore_errors=True)


def _traces(folder: Path) -> Iterator[Path]:
    for place in (folder, folder / "src"):
        yield from place.glob("*.egg-info")
    if (folder / "build").is_dir():
        yield folder / "build"
