"""What `build` and `publish` print, for people and for programs, and what `publish` asks."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from mlflowplug.errors import MlflowplugError
from mlflowplug.packaging import Built
from mlflowplug.progress import Step
from mlflowplug.publish import Published
from mlflowplug.repositories import Destination


def built(made: Built, steps: Sequence[Step], *, as_json: bool) -> str:
    """The result of `build`."""
    if as_json:
        return json.dumps(_described(made, steps), indent=2)
    lines = [f"Built {made.name} {made.version}:", *_paths(made), *_points(made)]
    return "\n".join(_fold(line) for line in lines)


def published(done: Published, *, as_json: bool) -> str:
    """The result of `publish`."""
    if not as_json:
        return "\n".join(_fold(line) for line in _story(done))
    document = _described(done.built, done.steps) | {
        "sdist": done.built.sdist.name,  # its folder is gone
        "wheel": done.built.wheel.name,
        "repository": done.to.text if done.to else None,
        "dry_run": done.dry_run,
        "uploaded": list(done.uploaded),
        "skipped": list(done.skipped),
        "rehearsal": asdict(done.rehearsal) if done.rehearsal else None,
    }
    return json.dumps(document, indent=2)


def question(to: Destination | None, *, answered: bool) -> Callable[[Built], bool] | None:
    """What to ask before an upload that others will see; None where nothing is to be asked."""
    if to is None or answered or to.is_local:
        return None
    if not sys.stdin.isatty():
        raise MlflowplugError(
            f"uploading to {to.text} needs a confirmation, and this is no terminal",
            "Confirm with --yes, or look at what would be done: --dry-run",
        )

    def ask(made: Built) -> bool:
        import typer

        summary = "\n".join([*_files(made), *_points(made)])
        typer.echo(f"{made.name} {made.version}:\n{summary}", err=True)
        return typer.confirm(f"Upload this to {to.shown}?", default=False, err=True)

    return ask


def _described(made: Built, steps: Sequence[Step]) -> dict[str, Any]:
    return {
        "name": made.name,
        "version": made.version,
        "sdist": str(made.sdist),
        "wheel": str(made.wheel),
        "sha256": {path.name: digest for path, digest in zip(made.files, made.sha256, strict=True)},
        "entry_points": list(made.entry_points),
        "notes": list(made.notes),
        "steps": [asdict(step) for step in steps],
    }


def _story(done: Published) -> list[str]:
    made = done.built
    lines = [f"{made.name} {made.version}:", *_files(made), *_points(made)]
    if done.rehearsal:
        lines.append(_rehearsed(done.rehearsal.summary))
    if done.uploaded:
        lines += [f"Uploaded to {_place(done)}:", *(f"  {name}" for name in done.uploaded)]
    if done.skipped:
        lines += ["Passed over, they are there already:", *(f"  {name}" for name in done.skipped)]
    if not done.uploaded and not done.skipped:
        lines.append(f"Nothing was uploaded{_would_be(done)}.")
    return lines + [f"  twine: {line}" for line in done.output.splitlines() if line.strip()]


def _fold(line: str) -> str:
    return textwrap.fill(
        line, 80, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )


def _rehearsed(summary: dict[str, Any]) -> str:
    counts = [
        f"{summary[key]} {key.replace('_', ' ')}"
        for key in ("passed", "failed", "skipped", "not_run")
        if summary.get(key)
    ]
    return f"Rehearsed: installed from a local index and tested ({', '.join(counts)})."


def _place(done: Published) -> str:
    return done.to.shown if done.to else ""


def _would_be(done: Published) -> str:
    return f"; without --dry-run it would go to {_place(done)}" if done.to and done.dry_run else ""


def _paths(made: Built) -> list[str]:
    return [f"  {path}" for path in made.files]


def _files(made: Built) -> list[str]:
    return [f"  {path.name}" for path in made.files]


def _points(made: Built) -> list[str]:
    return [
        *(f"  entry point {point}" for point in made.entry_points),
        *(f"  note: {note}" for note in made.notes),
    ]
