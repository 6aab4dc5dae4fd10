"""What a long command says while it works, and how long each of its steps took."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TextIO


@dataclass(frozen=True)
class Step:
    """A step that ended: its title, its length in seconds, and whether it went well."""

    title: str
    seconds: float
    passed: bool

    def line(self) -> str:
        """One line for a person."""
        return f"  {'ok    ' if self.passed else 'FAILED'} {self.seconds:6.1f} s  {self.title}"


@dataclass
class Steps:
    """Records steps, and shows them on `stream` as they go; None keeps quiet."""

    stream: TextIO | None = None
    done: list[Step] = field(default_factory=list)

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """A step that lasts as long as the block; an exception in it is its failure."""
        started = time.perf_counter()
        passed = False
        self._begin(title)
        try:
            yield
            passed = True
        finally:
            self.done.append(Step(title, round(time.perf_counter() - started, 3), passed))
            self._end(self.done[-1])

    def _begin(self, title: str) -> None:
        if self.stream and self.stream.isatty():
            print(f"  ...             {title}", end="", file=self.stream, flush=True)

    def _end(self, step: Step) -> None:
        if self.stream:
            start = "\r\x1b[K" if self.stream.isatty() else ""
            print(start + step.line(), file=self.stream, flush=True)


def on_a_terminal() -> Steps:
    """Steps shown on standard error, when that is a terminal."""
    return Steps(sys.stderr if sys.stderr.isatty() else None)
