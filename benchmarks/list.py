"""`mlflowplug list --json` against `pip list` in an environment with 500 distributions."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

DISTRIBUTIONS = 500
PLUGINS = 40
ROUNDS = 7


def fill(folder: Path) -> None:
    """Write the metadata of many distributions, some of them MLflow plugins."""
    for number in range(DISTRIBUTIONS):
        name = f"dist-{number:03d}"
        info = folder / f"dist_{number:03d}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "RECORD").write_text("")
        groups = f"[console_scripts]\nx{number} = x:main\n"
        if number < PLUGINS:
            groups += f"[mlflow.tracking_store]\nscheme{number} = plugin{number}:build\n"
        (info / "entry_points.txt").write_text(groups)


def seconds(command: list[str], folder: Path) -> float:
    """How long a command takes with the folder on its path."""
    began = time.perf_counter()
    subprocess.run(
        command,
        check=True,
        stdout=subprocess.DEVNULL,
        env={
            "PYTHONPATH": str(folder),
            "PATH": "/usr/bin:/bin",
            "HOME": str(folder),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        },
    )
    return time.perf_counter() - began


def main() -> None:
    """Measure both in turn and print medians and the ratio."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "site"
        folder.mkdir()
        fill(folder)
        venv.create(Path(temporary) / "venv", with_pip=True)
        pip = [str(Path(temporary) / "venv" / "bin" / "python"), "-m", "pip", "list"]
        ours = [sys.executable, "-m", "mlflowplug", "list", "--json"]
        table = [sys.executable, "-m", "mlflowplug", "list"]
        times: dict[str, list[float]] = {"pip list": [], "list --json": [], "list": []}
        for _ in range(ROUNDS):
            times["pip list"].append(seconds(pip, folder))
            times["list --json"].append(seconds(ours, folder))
            times["list"].append(seconds(table, folder))
    base = statistics.median(times["pip list"])
    print(f"{DISTRIBUTIONS} distributions, median of {ROUNDS} rounds in turn")
    for name, values in times.items():
        median = statistics.median(values)
        print(f"  {name:12} {median * 1000:6.0f} ms   {median / base:5.2f} x pip list")
    print("goal: list --json at most 0.50 x pip list")


if __name__ == "__main__":
    main()
