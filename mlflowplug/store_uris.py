"""The store URIs that `mlflowplug test` opens: what stands in pyproject.toml, and what it means.

`${NAME}` in a URI is an environment variable of the caller: the address of a server, with its
password, has no place in a file. What is printed shows the URI as it stands in the file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import unquote

from mlflowplug.redaction import MASK, redacted

VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_PASSWORD = re.compile(r"://[^/:@\s]*:([^\s]*)@")


@dataclass(frozen=True)
class StoreURI:
    """A store URI as it was given; its value is never part of a repr.

    Args:
        text: from pyproject.toml or the command line; empty: none.
        variables: the caller's environment.
    """

    text: str
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """The variables that it names and that are not set, or empty."""
        names = dict.fromkeys(VARIABLE.findall(self.text))
        return tuple(name for name in names if not self.variables.get(name))

    @property
    def value(self) -> str:
        """The URI to open; without a value for one of its variables, none."""
        if self.missing:
            return ""
        return VARIABLE.sub(lambda match: self.variables[match[1]], self.text)

    @property
    def why_not(self) -> str:
        """Why there is nothing to open, or nothing."""
        if not self.missing:
            return ""
        return f"set {' and '.join(self.missing)} to the URI of a store to test"

    def hidden(self, text: str) -> str:
        """`text` without the URI and its password."""
        if self.value and self.value != self.text:
            text = text.replace(self.value, self.text)
        for secret in self._secrets:
            text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", MASK, text)
        return redacted(text, {}) if self._secrets else text

    @cached_property
    def _secrets(self) -> set[str]:
        """The password, as it is written in the URI and as it is meant."""
        found = _PASSWORD.search(self.value)
        return {found[1], unquote(found[1])} - {""} if found else set()
