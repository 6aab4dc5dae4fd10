"""Takes secrets out of what other programs print."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from functools import partial
from urllib.parse import quote, quote_plus

MASK = "***"
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\].*?(?:\x07|\x1b\\)")
_TOKEN = re.compile(r"\bpypi-[A-Za-z0-9_-]{8,}")
_USERINFO = re.compile(r"://[^/@\s]+@")
_AUTHORIZATION = re.compile(r"(?i)\b(basic|bearer|token)\s+[A-Za-z0-9+/_.=-]{12,}")


def redacted(text: str, variables: Mapping[str, str]) -> str:
    """`text` without colours, the credentials in `variables`, API tokens and URLs' user parts.

    Args:
        text: what a program printed.
        variables: TWINE_USERNAME and TWINE_PASSWORD are looked for in it, as they are and in the
            spellings in which they travel (percent-encoded, Base64 with and without the user).
    """
    text = _CONTROL.sub("", text)  # colour that begins inside a secret would hide it from us
    for secret in sorted(_spellings(variables), key=len, reverse=True):
        text = text.replace(secret, MASK)
    text = _USERINFO.sub(f"://{MASK}@", _TOKEN.sub(MASK, text))
    return _AUTHORIZATION.sub(rf"\1 {MASK}", text)


def _spellings(variables: Mapping[str, str]) -> set[str]:
    user, password = variables.get("TWINE_USERNAME", ""), variables.get("TWINE_PASSWORD", "")
    secrets = {password, *([user] if looks_like_a_token(user) else [])} - {""}
    encoders = (quote, quote_plus, partial(quote, safe=""), _base64)
    encoded = {encode(secret) for secret in secrets for encode in encoders}
    return secrets | encoded | ({_base64(f"{user}:{password}")} if password else set())


def looks_like_a_token(user: str) -> bool:
    """Tokens end up in the user's name by mistake; names and mail addresses are shorter."""
    return user.startswith("pypi-") or (len(user) >= 20 and "@" not in user and " " not in user)


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
