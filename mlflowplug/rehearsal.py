"""Publishes to an index of its own and installs from there, before anybody else can.

What is tested is what a user will get: uploaded with twine, downloaded with uv, in an environment
that has never seen the source tree.
"""

from __future__ import annotations

import csv
import io
import json
import sys
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.utils import parse_wheel_filename

from mlflowplug import environments
from mlflowplug.environments import Environment
from mlflowplug.errors import MlflowplugError
from mlflowplug.local_index import LocalIndex, local_index
from mlflowplug.packaging import Built
from mlflowplug.progress import Steps

CHECKS_SECONDS = 1200.0

Upload = Callable[[Sequence[Path], Sequence[str], Mapping[str, str]], object]


@dataclass(frozen=True)
class Rehearsal:
    """A rehearsal that went well: what was installed, and how many checks ended in which way."""

    installed: str
    files_compared: int
    summary: dict[str, Any]


def rehearse(files: Built, upload: Upload, *, steps: Steps) -> Rehearsal:
    """Upload `files` to a local index, install them from it, and run the checks on the result.

    Raises:
        MlflowplugError: exit code 1 when something in it went wrong.
    """
    with local_index() as index:
        with steps.step("rehearsal: upload to a local index"):
            upload(files.files, ["--repository-url", index.url], index.credentials)
        with environments.temporary_folder("rehearsal") as folder:
            environment = environments.create(folder / "venv")
            with steps.step("rehearsal: install from the local index"):
                compared = install_from(index, environment, files.wheel.name)
            with steps.step("rehearsal: mlflowplug test --fast on what was installed"):
                report = conformance_of(environment, files.name, folder)
    return Rehearsal(f"{files.name}=={files.version}", compared, report["summary"])


def install_from(
    index: LocalIndex, environment: Environment, wheel: str, *, constraints: Sequence[str] = ()
) -> int:
    """Install the distribution of `wheel` from `index`, and make sure that it came from there.

    Args:
        index: the index that the wheel was uploaded to.
        environment: one of ours.
        wheel: the name of the file.
        constraints: narrow the versions of what it requires.

    Returns:
        How many installed files were compared with the wheel.

    Raises:
        MlflowplugError: exit code 1 when another distribution of that name and version came.
    """
    name, version, *_ = parse_wheel_filename(wheel)
    # The version may be published already, or have been rehearsed before: reinstall= makes uv
    # look at the index again instead of in its cache.
    environments.install(
        environment,
        [f"{name}=={version}"],
        index_url=index.simple_url,
        constraints=constraints,
        reinstall=[name],
    )
    if wheel not in index.downloads():
        raise MlflowplugError(
            f"{wheel} was not taken from the local index but from elsewhere",
            "Is the version published already? Give the plugin a new one.",
            exit_code=1,
        )
    return compare_with_wheel(environment, index.packages / wheel)


def compare_with_wheel(environment: Environment, wheel: Path) -> int:
    """Compare what RECORD says of the installed files with what the wheel's own says."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith(".dist-info/RECORD"))
        expected = _hashes(archive.read(name).decode("utf-8"))
    root = environment.python.parent.parent
    (record,) = root.glob(f"lib/python*/site-packages/{name}")
    found = _hashes(record.read_text("utf-8"))
    different = sorted(path for path, digest in expected.items() if found.get(path) != digest)
    if different:
        raise MlflowplugError(
            f"what was installed is not what {wheel.name} holds: {', '.join(different[:5])}",
            "Is the version published already? Give the plugin a new one.",
            exit_code=1,
        )
    return len(expected)


def _hashes(record: str) -> dict[str, str]:
    """Path to hash; entries without one (RECORD itself) and scripts (rewritten) are left out."""
    rows = (row for row in csv.reader(io.StringIO(record)) if len(row) > 1)
    return {row[0]: row[1] for row in rows if row[1] and ".data/" not in row[0]}


def conformance_of(environment: Environment, distribution: str, folder: Path) -> dict[str, Any]:
    """The document of `mlflowplug test --fast --json` for a distribution in `environment`.

    Args:
        environment: where the distribution is installed.
        distribution: its name.
        folder: an empty place to run in, away from any source tree.

    Raises:
        MlflowplugError: exit code 1 when a check failed or none could be run.
    """
    done = environments.run(
        [
            *(sys.executable, "-m", "mlflowplug", "test", "--fast", "--json"),
            *("--python", environment.python, distribution),
        ],
        seconds=CHECKS_SECONDS,
        cwd=folder,
        # What it leaves when it is killed goes away with the folder.
        variables=environments.current().variables() | {"TMPDIR": str(folder)},
    )
    try:
        document: dict[str, Any] = json.loads(done.stdout)
        summary = document["summary"]
    except (ValueError, KeyError):
        raise MlflowplugError(
            f"the checks could not be run (exit code {done.status}):\n"
            + (done.stdout + done.stderr).strip()[-2000:],
            f"See for yourself: mlflowplug test --fast {distribution}",
            exit_code=1,
        ) from None
    if done.status != 0:
        raise MlflowplugError(_failures(document, summary), _EXPLAIN, exit_code=1)
    return document


_EXPLAIN = "mlflowplug explain CODE says what a check means; mlflowplug test . repeats them here."


def _failures(document: Mapping[str, Any], summary: Mapping[str, Any]) -> str:
    lines = [
        f"  {target['target']}: {check['code']} {check['title']}\n    {check['message']}"
        for target in document["targets"]
        for check in target["checks"]
        if check["outcome"] in ("failed", "error")
    ]
    counts = ", ".join(
        f"{summary[key]} {key}" for key in ("passed", "failed", "error") if key in summary
    )
    return "\n".join([f"the checks of what was installed did not pass ({counts}):", *lines])
