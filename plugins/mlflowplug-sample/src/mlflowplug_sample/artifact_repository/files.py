"""Local files: what a folder holds that is to be uploaded, and files that appear as a whole."""

from __future__ import annotations

import os
import posixpath
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .errors import invalid
from .names import STAGED, artifact_key, file_key


@dataclass(frozen=True)
class Upload:
    """One folder of an upload.

    Attributes:
        folder: its key in the repository.
        files: each local file, and its name in the folder.
    """

    folder: str
    files: list[tuple[Path, str]]


def uploads(local_dir: Path, folder: str) -> list[Upload]:
    """All folders below a local one; links to folders are empty ones, as in MLflow's repositories.

    Raises:
        MlflowException: there is no such folder, or a name in it is refused, or it holds something
            that is no file. Nothing has been uploaded by then.
    """
    if not local_dir.is_dir():
        raise invalid(f"There is no local folder '{local_dir}'.")
    found = []
    for parent, folders, names in os.walk(local_dir, onerror=_raise):
        below = os.path.relpath(parent, local_dir).replace(os.sep, "/")
        key = artifact_key(posixpath.join(folder, below))
        found.append(Upload(key, [upload(Path(parent, name), key) for name in names]))
        links = [name for name in folders if Path(parent, name).is_symlink()]
        found += [Upload(file_key(key, name), []) for name in links]
    return found


def upload(local_file: Path, folder: str) -> tuple[Path, str]:
    """A local file, and its name in the folder of the repository.

    Raises:
        MlflowException: it is no file (a pipe would be waited for), or its name is refused.
    """
    file_key(folder, local_file.name)
    if not local_file.is_file():
        raise invalid(f"There is no local file '{local_file}'.")
    return local_file, local_file.name


def _raise(error: OSError) -> None:
    raise error


@contextmanager
def staged(path: Path) -> Iterator[Path]:
    """A new path beside `path`; what is written there takes its place when the block ends.

    A reader sees the old file or the new one, never a half of it; a block that fails leaves nothing
    behind.
    """
    temporary = path.with_name(staged_name())
    try:
        yield temporary
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def staged_name() -> str:
    """A new name for a file that is being written."""
    return STAGED + secrets.token_hex(8)
