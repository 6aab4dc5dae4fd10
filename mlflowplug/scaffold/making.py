"""Makes a new plugin: from answers to a folder."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from pathlib import Path

from mlflowplug.scaffold.answers import Answers, check_answers
from mlflowplug.scaffold.files import check_folder, write_folder
from mlflowplug.scaffold.templates import Files, rendered

SHARED = "_shared"


@dataclass(frozen=True)
class Made:
    """What was made: where it is, which files are new or changed, and what to do next."""

    project: str
    path: Path
    files: tuple[str, ...]
    written: bool
    changed: tuple[str, ...] = ()

    @property
    def next_commands(self) -> list[str]:
        """What a user would type now."""
        there = [] if self.path == Path() else [f"cd {shlex.quote(str(self.path))}"]
        return [*there, "mlflowplug test .", "uv run pytest"]

    def as_json(self) -> str:
        """One JSON document."""
        return json.dumps(
            {
                "project": self.project,
                "path": str(self.path),
                "files": list(self.files),
                "changed": list(self.changed),
                "written": self.written,
                "next": self.next_commands,
            },
            indent=2,
        )

    def as_text(self) -> str:
        """The tree, and the next commands when there is something to do them with."""
        done = "Wrote" if self.written else "Would write"
        head = f"{done} {len(self.files)} files to {self.path}"
        lines = [head, *(f"  {name}" for name in self.files)]
        lines += [f"  {name} (changed)" for name in self.changed]
        if self.written:
            lines += ["", "Next:", *(f"  {command}" for command in self.next_commands)]
        return "\n".join(lines)


def make(answers: Answers, parent: Path, *, dry_run: bool = False) -> Made:
    """Check the answers, render them, and write the plugin's folder into `parent`.

    Raises:
        MlflowplugError: an answer is wrong, or the folder cannot be written.
    """
    check_answers(answers)
    folder = parent / answers.project
    check_folder(folder)
    files = render(answers)
    if not dry_run:
        write_folder(files, folder)
    return Made(answers.project, folder, tuple(map(str, files)), written=not dry_run)


def render(answers: Answers) -> Files:
    """The files of the plugin by their path in its folder, in the order of the paths."""
    values = answers.values()
    parts = [part for template in answers.templates for part in (*template.parts, template.folder)]
    files: Files = {}
    for folder in (SHARED, f"_licences/{answers.licence}", *_ci(answers), *parts):
        files.update(rendered(folder, values))
    return dict(sorted(files.items()))


def _ci(answers: Answers) -> list[str]:
    return [] if answers.ci == "none" else [f"_ci/{answers.ci}"]
