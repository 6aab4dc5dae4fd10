"""Which headers there are, and what may be in them."""

from __future__ import annotations

import os
import string
from urllib.parse import quote

# MLflow joins the values when two providers name the same header, and fails when a header is one of
# those that it sets itself (`http_request` of mlflow/utils/rest_utils.py): take names of your own.
HEADERS = {
    "X-Sample-Team": "SAMPLE_TEAM",
    "X-Sample-Project": "SAMPLE_PROJECT",
    "X-Sample-Environment": "SAMPLE_ENVIRONMENT",
}
"""The headers, and the environment variables that their values are taken from."""

LONGEST = 128
"""Characters of a value that are sent: servers refuse requests whose headers are too long."""
_LEGAL = string.ascii_letters + string.digits + string.punctuation.replace("%", "") + " "


def configured_headers() -> dict[str, str]:
    """The headers whose variables are set."""
    found = {name: os.environ.get(variable, "").strip() for name, variable in HEADERS.items()}
    return {name: header_value(value) for name, value in found.items() if value}


def header_value(text: str) -> str:
    """The text as one line of ASCII: everything else is written as in a URL (`%C3%BC`).

    Other characters would make every request fail, and a line break would begin another header.
    """
    # "replace": a variable whose bytes are no UTF-8 comes with lone surrogates.
    return quote(text[:LONGEST], safe=_LEGAL, errors="replace")
