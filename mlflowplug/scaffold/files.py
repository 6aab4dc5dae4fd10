"""Writes files: all of them or, when anything goes wrong, none."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from mlflowplug.errors import MlflowplugError


def check_folder(folder: Path) -> None:
    """Refuse a folder that exists: nothing is ever overwritten."""
    if folder.exists() or folder.is_symlink():
        raise MlflowplugError(
            f"{folder} exists already.",
            "Choose another name, or another parent folder with --output.",
        )


def write_folder(files: Mapping[PurePosixPath, bytes], folder: Path) -> None:
    """Write the files into a new folder: all of them, or, when anything goes wrong, nothing.

    Raises:
        MlflowplugError: the folder exists, or cannot be written.
    """
    check_folder(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise _cannot_write(folder, error) from error
    try:
        _fill(building, files)
        # Readable by whom the user's umask says, not only by the user as mkdtemp has it.
        building.chmod(0o777 & ~_umask())
        # A folder that appeared meanwhile is not replaced, unless it is empty.
        building.rename(folder)
    except OSError as error:
        raise _cannot_write(folder, error) from error
    finally:
        shutil.rmtree(building, ignore_errors=True)


def write_into(new: Mapping[Path, bytes], changed: Mapping[Path, bytes]) -> None:
    """Write new files, then replace changed ones; what was there before is back on any failure.

    Raises:
        MlflowplugError: something cannot be written.
    """
    before = {path: path.read_bytes() for path in changed}
    made: list[Path] = []
    try:
        for path, content in new.items():
            _make_parents(path, made)
            with path.open("xb") as file:
                made.append(path)
                file.write(content)
        for path, content in changed.items():
            _replace(path, content)
    except BaseException as error:
        for path, content in before.items():
            if path.read_bytes() != content:
                _replace(path, content)
        _take_back(made)
        if isinstance(error, OSError):
            raise _cannot_write(Path(error.filename or "."), error) from error
        raise


def _make_parents(path: Path, made: list[Path]) -> None:
    missing = [parent for parent in path.parents if not parent.exists()]
    for parent in reversed(missing):
        parent.mkdir()
        made.append(parent)


def _take_back(made: list[Path]) -> None:
    for path in reversed(made):
        if path.is_dir():
            path.rmdir()
        else:
            path.unlink(missing_ok=True)


def _replace(path: Path, content: bytes) -> None:
    """Put a whole file in the place of another, with its permissions."""
    building = path.with_name(f".{path.name}.new")
    building.write_bytes(content)
    shutil.copymode(path, building)
    building.replace(path)


def _fill(folder: Path, files: Mapping[PurePosixPath, bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _cannot_write(folder: Path, error: OSError) -> MlflowplugError:
    return MlflowplugError(
        f"{folder} cannot be written: {error.strerror or error}.",
        "Choose another parent folder with --output.",
    )
