"""What a tag may be called, and what may be in it: everybody who sees a run reads it."""

from __future__ import annotations

import re

PREFIX = "sample"
"""How every tag begins: never with `mlflow.`, whose tags MLflow keeps for itself."""
LONGEST = 500
"""Characters; MLflow takes 8,000, but nobody reads them (mlflow/utils/validation.py)."""

_CREDENTIAL = re.compile(
    r"""
    ://[^/\s]*@                                                # the user of a URL
    | (?i:token|secret|passw(or)?d|pwd|api_?key|signature|sig)\s*[=:]\s*\S
    | (?i:bearer|basic)\s+\S
    | -----BEGIN
    | \beyJ[\w-]+\.[\w-]+                                      # a JSON Web Token
    | \b(gh[a-z]_|github_pat_|glpat-|glcbt-|xox[a-z]-|sk-|hf_|dapi|A[KS]IA)[A-Za-z0-9]{12}
    | \b(?=\w*[a-z])(?=\w*[A-Z])(?=\w*\d)[A-Za-z0-9]{32}       # a commit has lower case only
    """,
    re.VERBOSE,
)


def tag_name(source: str, key: str) -> str:
    """The name of what a source says."""
    return f"{PREFIX}.{source}.{key}"


def tag_value(text: str) -> str:
    """One line of text, or nothing when it is empty or looks like a credential."""
    # Twice as much as is kept: a password may begin before the end and be told by what follows.
    start = text[: 2 * LONGEST]
    line = " ".join("".join(c if c.isprintable() else " " for c in start).split())
    return "" if _CREDENTIAL.search(line) else line[:LONGEST]
