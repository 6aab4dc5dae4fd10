"""What one plugin of the zoo is: the source of its modules, its metadata, and who must catch it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent

from fake_environment import make_distribution


@dataclass(frozen=True)
class Specimen:
    """One distribution with one entry point.

    Attributes:
        name: of the distribution and of its module (with underscores).
        group: the entry point's group, without `mlflow.`.
        source: of the module; `value` is the entry point's object in it, or a whole reference.
        entry: the entry point's name ("": that of the distribution).
        code: the check that must fail ("" for a healthy plugin), and `says` a part of its message.
        also: other checks that see the same fault.
    """

    name: str
    group: str
    source: str
    value: str
    entry: str = ""
    code: str = ""
    says: str = ""
    also: tuple[str, ...] = ()
    version: str = "1.0"
    requires: tuple[str, ...] = ("mlflow>=2.22",)
    requires_python: str = ">=3.10"
    more: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def module(self) -> str:
        return self.name.replace("-", "_")

    @property
    def entry_name(self) -> str:
        return self.entry or self.name

    @property
    def target(self) -> str:
        """How `mlflowplug test` names what must fail: the entry point, or the distribution."""
        if self.code.startswith("PK"):
            return f"distribution:{self.name}"
        return f"{self.group}:{self.entry_name}"

    def reference(self) -> str:
        if ":" in self.value or "." in self.value or not self.value:
            return self.value or self.module
        return f"{self.module}:{self.value}"

    def install(self, folder: Path) -> None:
        make_distribution(
            folder,
            self.name,
            self.version,
            entry_points={f"mlflow.{self.group}": {self.entry_name: self.reference()}, **self.more},
            modules={f"{self.module}.py": dedent(self.source)},
            requires=self.requires,
            requires_python=self.requires_python,
        )


def install_all(specimens: Iterable[Specimen], folder: Path) -> None:
    for specimen in specimens:
        specimen.install(folder)
