"""Where a plugin can be published to: what `--repository` means."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from mlflowplug.errors import MlflowplugError

WELL_KNOWN = {
    "pypi": "https://upload.pypi.org/legacy/",
    "testpypi": "https://test.pypi.org/legacy/",
}


@dataclass(frozen=True)
class Destination:
    """Where an upload goes: a repository that twine knows by name, or a URL."""

    text: str
    is_url: bool

    @property
    def arguments(self) -> list[str]:
        """The options that name it to twine."""
        return ["--repository-url" if self.is_url else "--repository", self.text]

    @property
    def shown(self) -> str:
        """For a person."""
        if self.text.startswith("http:") and not self.is_local:
            return f"{self.text} (not encrypted: credentials can be read on the way)"
        return f"{self.text} ({WELL_KNOWN[self.text]})" if self.text in WELL_KNOWN else self.text

    @property
    def is_local(self) -> bool:
        """Nobody but this machine sees what is uploaded there."""
        host = urlsplit(self.text).hostname or "" if self.is_url else ""
        try:
            return host == "localhost" or ipaddress.ip_address(host).is_loopback
        except ValueError:
            return False


def requested(repository: str | None, *, needed: bool) -> Destination | None:
    """The destination that `--repository` asks for; None where none is needed."""
    if repository is not None:
        return destination(repository)
    if needed:
        raise MlflowplugError(
            "where to upload to is missing",
            f"--repository NAME|URL, where NAME is one of {', '.join(names())}; or stay here: "
            "--dry-run, --rehearse",
        )
    return None


def destination(repository: str) -> Destination:
    """Understand `--repository`: a name or an http(s) URL without credentials."""
    if "://" not in repository:
        return Destination(_known(repository), is_url=False)
    try:
        parts = urlsplit(repository)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        raise MlflowplugError("the URL given to --repository cannot be read") from None
    if "@" in parts.netloc:
        raise MlflowplugError(
            "the URL given to --repository holds credentials: command lines are seen by others "
            "on this machine and are kept in the shell's history",
            "Leave them out of the URL, and set TWINE_USERNAME and TWINE_PASSWORD, or use keyring "
            "or ~/.pypirc.",
        )
    if not valid:
        raise MlflowplugError(
            f"{repository} is no http(s) URL", "Give the URL that twine is to upload to."
        )
    if parts.hostname in ("pypi.org", "www.pypi.org") or repository.rstrip("/").endswith("/simple"):
        raise MlflowplugError(
            f"{repository} is for reading packages, not for uploading",
            "For PyPI: --repository pypi (or testpypi to try it first).",
        )
    return Destination(repository, is_url=True)


def _known(name: str) -> str:
    if name not in names():
        raise MlflowplugError(
            f"there is no repository {name!r}; known are {', '.join(names())}",
            "Give one of them, a section of ~/.pypirc, or the URL of the upload API.",
        )
    return name


def names() -> list[str]:
    """The repositories that twine knows by name.

    Only the section headings of ~/.pypirc are looked at; the lines with credentials are twine's.
    """
    file = Path("~/.pypirc").expanduser()
    lines = file.read_text("utf-8", "replace").splitlines() if file.is_file() else []
    headings = {m[1] for line in lines if (m := re.match(r"\[([^\]]+)\]\s*$", line))}
    return sorted({*WELL_KNOWN, *headings} - {"distutils", "server-login"})
