"""Local files: what a folder holds that is to be uploaded, and files that appear as a whole."""

# Paths are text: making Path objects takes as long as copying a small file.
# ruff: noqa: PTH105, PTH108, PTH112, PTH113, PTH114, PTH118, PTH119, PTH120

from __future__ import annotations

import os
import posixpath
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from .errors import invalid
from .names import STAGED, artifact_key, file_key

MOST_BYTES = 1 << 30
"""What one call of the kernel copies; a signal waits for its end."""


@dataclass(frozen=True)
class Upload:
    """One folder of an upload.

    Attributes:
        folder: its key in the repository.
        files: the path of each local file, and its name in the folder.
    """

    folder: str
    files: list[tuple[str, str]]


def uploads(local_dir: str, folder: str) -> list[Upload]:
    """All folders below a local one; links to folders are empty ones, as in MLflow's repositories.

    Raises:
        MlflowException: there is no such folder, or a name in it is refused, or it holds something
            that is no file. Nothing has been uploaded by then.
    """
    if not os.path.isdir(local_dir):
        raise invalid(f"There is no local folder '{local_dir}'.")
    found = []
    for parent, folders, names in os.walk(local_dir, onerror=_raise):
        below = os.path.relpath(parent, local_dir).replace(os.sep, "/")
        key = artifact_key(posixpath.join(folder, below))
        found.append(Upload(key, [upload(os.path.join(parent, name), key) for name in names]))
        links = [name for name in folders if os.path.islink(os.path.join(parent, name))]
        found += [Upload(file_key(key, name), []) for name in links]
    return found


def upload(local_file: str, folder: str) -> tuple[str, str]:
    """The path of a local file, and its name in the folder of the repository.

    Raises:
        MlflowException: it is no file (a pipe would be waited for), or its name is refused.
    """
    name = os.path.basename(local_file)
    file_key(folder, name)
    if not os.path.isfile(local_file):
        raise invalid(f"There is no local file '{local_file}'.")
    return local_file, name


def _raise(error: OSError) -> None:
    raise error


@contextmanager
def staged(path: str) -> Iterator[str]:
    """A new path beside `path`; what is written there takes its place when the block ends.

    A reader sees the old file or the new one, never a half of it; a block that fails leaves nothing
    behind.
    """
    temporary = os.path.join(os.path.dirname(path), staged_name())
    try:
        yield temporary
        os.replace(temporary, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
        raise


def staged_name() -> str:
    """A new name for a file that is being written."""
    return STAGED + secrets.token_hex(8)


def copy(source: str, target: str) -> None:
    """Copy a file's content into a new file; later changes of the one do not show in the other.

    Raises:
        OSError: the source is missing or no file, or the disk is full.
    """
    if not _copied_by_linux(source, target):
        shutil.copyfile(source, target)


def _copied_by_linux(source: str, target: str) -> bool:
    """Copy as `cp` does: XFS and Btrfs share the blocks until one of the files is changed.

    False where the file systems cannot, and of an empty file: one of /proc only says that it is.
    """
    if sys.platform != "linux":
        return False
    copied = False
    with (
        suppress(OSError),
        _descriptor(source, os.O_RDONLY | os.O_NONBLOCK) as reader,  # a pipe is not waited for
        _descriptor(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL) as writer,
    ):
        while os.copy_file_range(reader, writer, MOST_BYTES):
            copied = True
        return copied
    return False


@contextmanager
def _descriptor(path: str, flags: int) -> Iterator[int]:
    descriptor = os.open(path, flags, 0o666)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
