"""Files that should never be published, looked for by name in an sdist or a wheel.

Build backends take what the source tree holds and git does not ignore: a forgotten `.env` or an
`mlruns` folder goes out with the sdist, and what PyPI has once served cannot be taken back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_PRIVATE = re.compile(
    r"(^|/)("
    r"\.env(\.(?!example|sample|template|dist)[^/]*)?|\.pypirc|\.netrc|\.git-credentials|\.htpasswd"
    r"|id_(rsa|dsa|ecdsa|ed25519)|[^/]+\.(p12|pfx|keystore|jks)|\.aws/credentials|\.databrickscfg"
    r")$"
)
_UNINTENDED = re.compile(
    r"(^|/)(mlruns|mlartifacts|__pycache__|\.venv|\.git|node_modules)/|(^|/)mlflow\.db$"
)


def private_files(names: Iterable[str]) -> list[str]:
    """The names that hold credentials wherever they are found."""
    return sorted(name for name in names if _PRIVATE.search(name))


def unintended_folders(names: Iterable[str]) -> list[str]:
    """Folders and files that a run of MLflow or a tool left in the source tree."""
    found = (_UNINTENDED.search(name) for name in names)
    return sorted({match.string[: match.end()].rstrip("/") for match in found if match})
