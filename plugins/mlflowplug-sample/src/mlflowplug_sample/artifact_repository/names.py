"""The names of artifacts that are taken: those that stay below the root, however they are spelled.

A name is never decoded to be used: `100%.txt`, `a%20b` and `a#b` are files like others. It is
decoded to be judged, since what lies between a client and the storage may decode it: the server
does (`validate_path_is_safe` in mlflow/utils/uri.py), and each CVE of MLflow's artifact paths was
another spelling of the one before.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator
from urllib.parse import unquote

from .errors import invalid

STAGED = ".sample-uploading-"
"""How the names of files begin that are still being written: no artifact's name does."""

MOST_DECODINGS = 10

_DRIVE = re.compile(r"[A-Za-z]:")


def artifact_key(path: str | os.PathLike[str] | None) -> str:
    """The name of an artifact or folder below the root: segments with `/` between, "" the root.

    Raises:
        MlflowException: a spelling of it leads out of the root, or it is no name of an artifact.
    """
    text = os.fspath(path or "")
    if any(leads_out(spelling) for spelling in spellings(text)):
        raise invalid(f"Invalid artifact path: {text!r}. It must stay below the root.")
    if any(segment.startswith(STAGED) for segment in text.split("/")):
        raise invalid(f"Invalid artifact path: {text!r}. Names with '{STAGED}' are reserved.")
    if not is_unicode(text):
        raise invalid(f"Invalid artifact path: {text!r}. It is no Unicode text.")
    key = posixpath.normpath(text)
    return "" if key == "." else key


def folder_key(artifact_path: str | os.PathLike[str] | None) -> str:
    """The key of a folder to upload into, "" for the root.

    Raises:
        MlflowException: as `artifact_key`; also where the path is not normal (`a//b`, `./a`), as
            `verify_artifact_path` in mlflow/store/artifact/artifact_repo.py has it.
    """
    text, key = os.fspath(artifact_path or ""), artifact_key(artifact_path)
    if text != key:
        raise invalid(f"Invalid artifact path: {text!r}. It would become {key!r}.")
    return key


def file_key(folder: str, name: str) -> str:
    """The key of a file in a folder.

    Raises:
        MlflowException: as `artifact_key`; also where the name is that of no file.
    """
    key = artifact_key(posixpath.join(folder, name))
    if not name or posixpath.basename(key) != name:
        raise invalid(f"Invalid artifact path: {name!r}. It is no name of a file.")
    return key


def child_key(folder: str, name: str) -> str:
    """The key of what a storage lists in a folder; a storage that lies is not believed.

    Raises:
        MlflowException: the name leads out of the folder.
    """
    key = file_key(folder, name)
    if posixpath.dirname(key) != folder:
        raise invalid(f"The storage lists {name!r} in '{folder}', where it is not.")
    return key


def spellings(text: str) -> Iterator[str]:
    """The text, and what comes of decoding it again and again."""
    for _ in range(MOST_DECODINGS):
        yield text
        if (decoded := unquote(text)) == text:
            return
        text = decoded
    raise invalid(f"A path that is encoded more than {MOST_DECODINGS} times is refused.")


def leads_out(path: str) -> bool:
    """Whether the path could name something outside of the folder that it is joined to.

    Backslashes and drive letters are what Windows takes for separators and roots; artifacts are
    downloaded there too.
    """
    return (
        path.startswith("/")
        or "\\" in path
        or "\0" in path
        or ".." in path.split("/")
        or _DRIVE.match(path) is not None
    )


def is_unicode(text: str) -> bool:
    """Whether other systems can hold the name; Python reads undecodable ones as surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
