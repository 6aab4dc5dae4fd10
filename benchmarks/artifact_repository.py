"""Compares the artifact repository that `mlflowplug new` renders with MLflow's own on local disk.

    python benchmarks/artifact_repository.py [--megabytes 1024] [--turns 7] [--part small|large]

Both are on the same disk, in one process, and take turns, so that a slow moment of the machine hits
both. Ratios are of medians. `cp` is a process of its own.
"""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlflowplug.scaffold.answers import Answers
from mlflowplug.scaffold.making import make

SMALL_FILES = 1000
MEGABYTE = 1024 * 1024
Open = Callable[[Path], Any]


@dataclass(frozen=True)
class Measure:
    """One line of the table: what is done, what it has to reach, and what prepares it.

    Args:
        goal: the least ratio of MLflow's own time to ours.
        act: takes the repository, the local source, and an empty local folder.
        filled: whether the repository has the source already.
    """

    title: str
    goal: float
    act: Callable[[Any, Path, Path], object]
    filled: bool = False


def _upload_each(repository: Any, source: Path, _empty: Path) -> None:
    for path in sorted(source.iterdir()):
        repository.log_artifact(str(path))


UPLOAD = Measure("log_artifacts", 1, lambda repo, source, _: repo.log_artifacts(str(source)))
EACH = Measure("log_artifact of each", 1, _upload_each)
DOWNLOAD = Measure(
    "download", 1, lambda repo, _, empty: repo.download_artifacts("", str(empty)), filled=True
)


def rendered_repository(folder: Path) -> Open:
    """Opens the repository of a freshly rendered plugin."""
    answers = Answers("mlflowplug-benchmarked", ("artifact_repository",), "benchmarked")
    sys.path.insert(0, str(make(answers, folder).path / "src"))
    module = importlib.import_module(f"{answers.package}.artifact_repository")
    return lambda root: module.artifact_repository(f"benchmarked:{root}")


def built_in_repository(root: Path) -> Any:
    """MLflow's own."""
    from mlflow.store.artifact.local_artifact_repo import LocalArtifactRepository

    return LocalArtifactRepository(str(root))


def seconds(measure: Measure, open_it: Open, source: Path, folder: Path) -> float:
    """How long one turn takes; what it wrote is removed."""
    folder.mkdir()
    repository = open_it(folder / "artifacts")
    (folder / "empty").mkdir()
    if measure.filled:
        repository.log_artifacts(str(source))
    start = time.perf_counter()
    measure.act(repository, source, folder / "empty")
    taken = time.perf_counter() - start
    shutil.rmtree(folder)
    return taken


def cp_seconds(source: Path, folder: Path) -> float:
    """How long `cp` takes for the same folder."""
    start = time.perf_counter()
    subprocess.run(["cp", "-r", str(source), str(folder)], check=True)
    taken = time.perf_counter() - start
    shutil.rmtree(folder)
    return taken


def compare(measure: Measure, source: Path, folder: Path, ours: Open, turns: int) -> None:
    """Take turns, and print a line; the first turn of each is not counted."""
    contenders: dict[str, Callable[[Path], float]] = {
        "ours": lambda place: seconds(measure, ours, source, place),
        "theirs": lambda place: seconds(measure, built_in_repository, source, place),
        "cp": lambda place: cp_seconds(source, place),
    }
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(turns + 1):
        for name in sorted(contenders, reverse=bool(turn % 2)):
            os.sync()  # what one wrote must not be paid for by the next
            times[name].append(contenders[name](folder / "turn"))
    median = {name: statistics.median(found[1:]) for name, found in times.items()}
    of_cp = median["ours"] / median["cp"]
    print(
        f"{source.name + ': ' + measure.title:<44}{median['ours'] * 1000:>9,.0f}"
        f"{median['theirs'] / median['ours']:>12.2f}x{of_cp:>12.2f}x  >= {measure.goal:g}x",
        flush=True,
    )


def small_files(folder: Path) -> Path:
    """A folder of a thousand files of a kilobyte."""
    source = folder / f"{SMALL_FILES:,} files of 1 KB"
    source.mkdir()
    for number in range(SMALL_FILES):
        (source / f"{number}.bin").write_bytes(os.urandom(1024))
    return source


def large_file(folder: Path, megabytes: int) -> Path:
    """A folder of one large file."""
    source = folder / f"1 file of {megabytes:,} MB"
    source.mkdir()
    block = os.urandom(MEGABYTE)
    with (source / "large.bin").open("wb") as file:
        for _ in range(megabytes):
            file.write(block)
    return source


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--megabytes", type=int, default=1024, help="size of the large file")
    options.add_argument("--turns", type=int, default=7, help="turns that are counted")
    options.add_argument("--part", choices=["small", "large"], help="measure only this")
    chosen = options.parse_args()
    warnings.simplefilter("ignore")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    import mlflow

    logging.getLogger("mlflow").setLevel(logging.ERROR)
    print(f"MLflow {mlflow.__version__}, Python {sys.version[:6]}, {os.cpu_count()} CPUs")
    print(f"{'':<44}{'ms':>9}{'MLflow/ours':>13}{'ours/cp':>13}  goal")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        ours = rendered_repository(folder)
        parts: dict[str, Callable[[Path], Path]] = {
            "small": small_files,
            "large": lambda folder: large_file(folder, chosen.megabytes),
        }
        for name in [chosen.part] if chosen.part else parts:
            source = parts[name](folder)
            for measure in (UPLOAD, EACH, DOWNLOAD):
                compare(measure, source, folder, ours, chosen.turns)
    print(f"goal: the upload of {chosen.megabytes:,} MB takes at most 1.5x of cp")


if __name__ == "__main__":
    main()
