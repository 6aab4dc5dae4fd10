"""Publishes a plugin: build and check it, rehearse on a local index, upload it with twine.

Credentials are twine's business: this program takes none as an option, reads none from a file,
and withholds TWINE_* variables from every process but twine's (the build backend, the plugin and
all that it requires are other people's code). What twine prints is shown without secrets.
"""

from __future__ import annotations

import html
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mlflowplug import environments
from mlflowplug.errors import MlflowplugError
from mlflowplug.packaging import Built, built, last_lines, plain_variables
from mlflowplug.progress import Step, Steps
from mlflowplug.redaction import redacted
from mlflowplug.rehearsal import Rehearsal, rehearse
from mlflowplug.repositories import Destination

UPLOAD_SECONDS = 900.0
# Without --verbose twine leaves out why a repository refused a file.
TWINE_UPLOAD = ("twine", "upload", "--non-interactive", "--disable-progress-bar", "--verbose")
REMARK = r"(username|password)\b|Response from |\d{3} |Error: \d{3} |\S+ \([\d.]+ .?B\)$"
ALREADY_THERE = r"(?i)HTTPError: 409|already.exist"
# These would send the files elsewhere than --repository says.
OVERRIDING = ("TWINE_REPOSITORY", "TWINE_REPOSITORY_URL")


@dataclass(frozen=True)
class Published:
    """What was done: `uploaded` and `skipped` are file names."""

    built: Built
    to: Destination | None
    dry_run: bool
    uploaded: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    rehearsal: Rehearsal | None = None
    output: str = ""
    steps: tuple[Step, ...] = ()


def publish(
    project: Path,
    to: Destination | None,
    *,
    dry_run: bool = False,
    rehearsing: bool = False,
    skip_existing: bool = False,
    confirm: Callable[[Built], bool] | None = None,
    steps: Steps | None = None,
) -> Published:
    """Build, check, and where asked rehearse and upload the plugin in `project`.

    Args:
        project: the folder of the plugin.
        to: where to upload; None to stop before that.
        dry_run: do everything but the upload.
        rehearsing: install from a local index and run the checks first.
        skip_existing: a file that is already there is no failure.
        confirm: is asked last; False ends without an upload.
        steps: is told of each step.

    Raises:
        MlflowplugError: exit code 1 when a check, the rehearsal or the upload failed.
    """
    steps = steps or Steps()
    with _withheld_credentials() as credentials, built(project, steps=steps) as files:
        rehearsal = rehearse(files, upload, steps=steps) if rehearsing else None
        if to is None or dry_run or (confirm and not confirm(files)):
            return Published(files, to, dry_run, (), (), rehearsal, "", tuple(steps.done))
        with steps.step(f"upload to {to.text}"):
            uploaded, skipped, output = upload(
                files.files, to.arguments, credentials, skip_existing=skip_existing
            )
    return Published(files, to, dry_run, uploaded, skipped, rehearsal, output, tuple(steps.done))


@contextmanager
def _withheld_credentials() -> Iterator[dict[str, str]]:
    """Give TWINE_* variables to the caller and hide them from processes started meanwhile."""
    held = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("TWINE_")}
    try:
        yield {name: value for name, value in held.items() if name not in OVERRIDING}
    finally:
        os.environ.update(held)


def upload(
    files: Sequence[Path],
    destination: Sequence[str],
    credentials: Mapping[str, str],
    *,
    skip_existing: bool = False,
) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """Upload `files` with twine.

    Args:
        files: sdist and wheel.
        destination: twine's options for the repository.
        credentials: TWINE_* variables; they go into the environment of twine alone.
        skip_existing: go on when the repository has a file already.

    Returns:
        The names that were uploaded, those that were there already, and what twine printed,
        without secrets.

    Raises:
        MlflowplugError: twine's words, without secrets; exit code 1.
    """
    uploaded, skipped, said = [], [], []
    # twine's own --skip-existing refuses every repository but PyPI and TestPyPI: one file at a
    # time, its answer tells whether the file was there.
    for batch in [[file] for file in files] if skip_existing else [list(files)]:
        status, output = _run_twine(batch, destination, credentials)
        said.append(output)
        if status == 0:
            uploaded += [file.name for file in batch]
        elif skip_existing and re.search(ALREADY_THERE, output):
            skipped += [file.name for file in batch]
        else:
            raise MlflowplugError(
                f"the upload failed. twine said:\n{last_lines(output)}",
                _upload_hint(output),
                exit_code=1,
            )
    return tuple(uploaded), tuple(skipped), "\n".join(said)


def _run_twine(
    files: Sequence[Path], destination: Sequence[str], credentials: Mapping[str, str]
) -> tuple[int, str]:
    with environments.temporary_folder("twine") as folder:
        done = environments.run(
            [sys.executable, "-m", *TWINE_UPLOAD, *destination, *files],
            seconds=UPLOAD_SECONDS,
            cwd=folder,
            variables=plain_variables(folder) | dict(credentials),
        )
    output = redacted(done.stdout + done.stderr, credentials)
    late = f"\nstopped after {UPLOAD_SECONDS:.0f} s" if done.timed_out else ""
    return done.status, _readable(output.replace(f"{files[0].parent}{os.sep}", "")) + late


def _readable(output: str) -> str:
    """What twine said, without its remarks, and error pages without their HTML."""
    text = re.sub(r"(?is)<style.*?</style>|<title.*?</title>|<[!/a-z][^>]*>", "", output)
    lines = (re.sub(r"^INFO\s*", "", line).strip() for line in html.unescape(text).splitlines())
    return "\n".join(line for line in lines if line and not re.match(REMARK, line))


def _upload_hint(output: str) -> str:
    if re.search(r"(?i)HTTPError: 40[13]|credential", output):
        return (
            "Credentials are twine's own: TWINE_USERNAME and TWINE_PASSWORD, keyring or ~/.pypirc."
        )
    if re.search(ALREADY_THERE, output):
        return "Give the plugin a new version, or pass over files that are there: --skip-existing"
    return "Nothing else was changed; run the command again when this is repaired."
