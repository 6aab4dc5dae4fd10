"""Builds a plugin's sdist and wheel, and shows that they can be published as they are.

Nothing reaches the output folder before everything was checked: the files are built in a
temporary folder, twine reads them as an index would, and the wheel's MLflow entry points are
resolved in a clean environment that does not see the source tree.
"""

from __future__ import annotations

import email.parser
import hashlib
import os
import re
import shutil
import sys
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from mlflowplug import environments
from mlflowplug.entry_point_resolution import resolve_entry_points
from mlflowplug.errors import MlflowplugError
from mlflowplug.private_files import private_files, unintended_folders
from mlflowplug.progress import Steps
from mlflowplug.tidiness import left_as_found

BUILD_SECONDS = 900.0
TWINE_CHECK_SECONDS = 120.0
LINES_SHOWN = 25


@dataclass(frozen=True)
class Built:
    """A checked sdist and the wheel that was built from it."""

    name: str
    version: str
    sdist: Path
    wheel: Path
    sha256: tuple[str, str]
    entry_points: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def files(self) -> tuple[Path, Path]:
        """Both files, in the order in which they are uploaded."""
        return self.sdist, self.wheel


def build(
    project: Path, output: Path | None = None, *, force: bool = False, steps: Steps | None = None
) -> Built:
    """Build and check the plugin in `project`, and put both files into `output`.

    Args:
        project: a folder with a pyproject.toml or a setup.py.
        output: where the files go; `dist` in the project otherwise.
        force: replace files of the same name and other content.
        steps: is told of each step.

    Raises:
        MlflowplugError: exit code 1 when the files cannot be published as they are.
    """
    folder = output or project / "dist"
    with built(project, steps=steps) as result:
        return copied_into(folder, result, force=force)


@contextmanager
def built(project: Path, *, steps: Steps | None = None) -> Iterator[Built]:
    """The checked files of the plugin in `project`, in a folder that goes away at the end."""
    steps = steps or Steps()
    _require_project(project)
    with environments.temporary_folder("build") as folder:
        with steps.step("build the sdist, and the wheel from the sdist"):
            result = _built_in(folder, project.resolve())
        with steps.step("twine check --strict"):
            _check_with_twine(result, folder)
        with steps.step("look for files that are nobody's business"):
            notes = _check_contents(result)
        with steps.step("resolve the wheel's entry points in a clean environment"):
            resolved = resolve_entry_points(result.wheel, result.name, folder)
        yield replace(result, entry_points=resolved.entry_points, notes=(*notes, *resolved.notes))


def _require_project(project: Path) -> None:
    if not project.is_dir():
        raise MlflowplugError(f"{project} is no folder", "Give the folder of the plugin's project.")
    if not any((project / name).is_file() for name in ("pyproject.toml", "setup.py")):
        raise MlflowplugError(
            f"{project} has neither a pyproject.toml nor a setup.py: there is nothing to build",
            "Give the plugin's folder, or make a plugin: mlflowplug new NAME --type TYPE",
        )


def _built_in(folder: Path, project: Path) -> Built:
    output = folder / "dist"
    # In the project's own folder, `-m build` would find a folder named build there.
    with left_as_found(project):
        done = environments.run(
            [sys.executable, "-m", "build", "--installer", "uv", "--outdir", output, project],
            seconds=BUILD_SECONDS,
            cwd=folder,
            variables=plain_variables(folder),
        )
    if done.status != 0:
        why = "took too long" if done.timed_out else "failed"
        raise MlflowplugError(
            f"the build of {project} {why}. The last that was said:\n"
            + last_lines(done.stdout + done.stderr),
            "Repair what the build backend names, then run the command again.",
            exit_code=1,
        )
    return _described(output, project)


def _described(output: Path, project: Path) -> Built:
    wheels, sdists = sorted(output.glob("*.whl")), sorted(output.glob("*.tar.gz"))
    if len(wheels) != 1 or len(sdists) != 1:
        found = ", ".join(sorted(path.name for path in output.iterdir())) or "nothing"
        raise MlflowplugError(
            f"the build of {project} was to give one sdist and one wheel; it gave {found}",
            exit_code=1,
        )
    metadata = wheel_metadata(wheels[0])
    made = sdists[0], wheels[0]
    digests = _digest(made[0].read_bytes()), _digest(made[1].read_bytes())
    return Built(metadata["Name"], metadata["Version"], *made, digests)


def wheel_metadata(wheel: Path) -> Mapping[str, str]:
    """The single-valued fields of a wheel's METADATA (Name, Version, Requires-Python ...)."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (n for n in archive.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", n))
        message = email.parser.Parser().parsestr(archive.read(name).decode("utf-8"))
    return {key: str(message[key]) for key in set(message.keys())}


def plain_variables(folder: Path) -> dict[str, str]:
    """Variables for a packaging tool: no colours, long lines, temporary files in `folder`.

    A tool that is killed leaves its temporary files; in `folder` they go away with it.
    """
    variables = environments.uv_variables()
    variables.pop("FORCE_COLOR", None)
    # Rich takes a dumb terminal for 80 columns wide, and a secret that is wrapped is not found.
    mine = {"COLUMNS": "2000", "TERM": "xterm", "NO_COLOR": "1", "TMPDIR": str(folder)}
    return variables | mine


def last_lines(text: str, count: int = LINES_SHOWN) -> str:
    """The end of a program's output, indented; backends put the cause there."""
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    return "\n".join(f"  {line}" for line in lines[-count:])


def _check_with_twine(result: Built, folder: Path) -> None:
    done = environments.run(
        [sys.executable, "-m", "twine", "check", "--strict", *result.files],
        seconds=TWINE_CHECK_SECONDS,
        cwd=folder,
        variables=plain_variables(folder),
    )
    if done.status != 0:
        raise MlflowplugError(
            "an index would refuse these files. twine check --strict said:\n"
            + last_lines((done.stdout + done.stderr).replace(f"{result.wheel.parent}{os.sep}", "")),
            "See readme, description and license in the project's pyproject.toml.",
            exit_code=1,
        )


def _check_contents(result: Built) -> tuple[str, ...]:
    names = {path.name: list(content(path)) for path in result.files}
    private = {file: private_files(members) for file, members in names.items()}
    if any(private.values()):
        raise MlflowplugError(
            "files that usually hold credentials would be published:\n"
            + "\n".join(f"  {f}: {', '.join(found)}" for f, found in private.items() if found),
            "Add them to .gitignore, or leave them out in the build backend's settings.",
            exit_code=1,
        )
    return tuple(
        f"{file} holds {', '.join(found)}: left over from a run?"
        for file, members in names.items()
        if (found := unintended_folders(members))
    )


def copied_into(folder: Path, result: Built, *, force: bool = False) -> Built:
    """Copy both files into `folder`, or neither, where one of other content must not be lost."""
    folder.mkdir(parents=True, exist_ok=True)
    targets = [folder / path.name for path in result.files]
    for made, target in zip(result.files, targets, strict=True):
        if target.exists() and not force and content(made) != content(target):
            raise MlflowplugError(
                f"{target} exists and has other content than the file just built",
                "Give the plugin a new version, or replace the file: --force",
            )
    copies = [target.with_name(f".{target.name}.part") for target in targets]
    try:
        for made, copy in zip(result.files, copies, strict=True):
            shutil.copyfile(made, copy)
        for copy, target in zip(copies, targets, strict=True):
            copy.replace(target)
    finally:
        for copy in copies:
            copy.unlink(missing_ok=True)
    sdist, wheel = targets
    return replace(result, sdist=sdist, wheel=wheel)


def content(archive: Path) -> dict[str, str]:
    """The members of a wheel or sdist with their SHA-256: two builds differ in times only."""
    try:
        if archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as wheel:
                return {name: _digest(wheel.read(name)) for name in wheel.namelist()}
        with tarfile.open(archive) as sdist:
            files = [member for member in sdist if member.isfile()]
            return {member.name: _digest(_read(sdist, member)) for member in files}
    except (zipfile.BadZipFile, tarfile.TarError, EOFError):
        return {"": _digest(archive.read_bytes())}


def _read(sdist: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = sdist.extractfile(member)
    return file.read() if file else b""


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
