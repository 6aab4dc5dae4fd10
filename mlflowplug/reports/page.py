"""A page of text for people: fits the terminal, has colour only where that is wanted.

Long words, such as paths, are never broken, so that they can be copied; and no line ends in
spaces, so that output can be compared and piped.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


class Page:
    """Prints to standard output, in the width that there is."""

    @cached_property
    def console(self) -> Console:
        """Rich's console; it looks at NO_COLOR, COLUMNS and whether this is a terminal."""
        from rich.console import Console

        return Console(highlight=False, emoji=False, markup=False)

    def line(self, text: str = "", style: str = "", *, indent: int = 0) -> None:
        """Print a text, its lines folded and indented."""
        for part in text.splitlines() or [""]:
            hanging = len(part) - len(
                part.lstrip(" ")
            )  # what is indented stays so when it is folded
            rest = indent + (hanging + 2 if hanging else 0)
            self.console.print(self._folded(part, indent, rest), style=style, soft_wrap=True)

    def fields(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Print labels and texts in two columns; a pair without a text is left out."""
        shown = [(label, text) for label, text in pairs if text]
        width = max((len(label) for label, _ in shown), default=0) + 2
        for label, text in shown:
            self.field(label, text, width)

    def field(
        self, label: str, text: str, width: int, style: str = "", label_style: str = "bold"
    ) -> None:
        """Print one label in a column of `width`, and its text beside it."""
        from rich.text import Text

        first, *rest = text.splitlines() or [""]
        lines = self._folded(first, width, width).lstrip(" ")
        for part in rest:
            lines += "\n" + self._folded(part, width, width)
        self.console.print(
            Text.assemble((label.ljust(width), label_style), (lines, style)), soft_wrap=True
        )

    def _folded(self, text: str, first: int, rest: int) -> str:
        return textwrap.fill(
            text,
            max(self.console.width, rest + 20),
            initial_indent=" " * first,
            subsequent_indent=" " * rest,
            break_long_words=False,
            break_on_hyphens=False,
        )
