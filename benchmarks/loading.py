"""Static and loading checks of an environment with 100 entry points against `import mlflow`."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DISTRIBUTIONS = 50
ROUNDS = 5

MODULE = """\
from mlflow.tracking.context.abstract_context import RunContextProvider


class Context(RunContextProvider):
    def in_context(self):
        return False

    def tags(self):
        return {}


def build(store_uri, artifact_uri=None):
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    return SqlAlchemyStore(store_uri, artifact_uri)
"""


def fill(folder: Path) -> None:
    """Write distributions with two entry points each."""
    for number in range(DISTRIBUTIONS):
        info = folder / f"plugin_{number}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: plugin-{number}\nVersion: 1.0\n"
            "Requires-Python: >=3.10\nRequires-Dist: mlflow>=2.22\n"
        )
        (info / "entry_points.txt").write_text(
            f"[mlflow.tracking_store]\nscheme{number} = plugin_{number}:build\n"
            f"[mlflow.run_context_provider]\nname{number} = plugin_{number}:Context\n"
        )
        (folder / f"plugin_{number}.py").write_text(MODULE)


def seconds(command: list[str], folder: Path) -> float:
    """How long a command takes with the folder on its path."""
    began = time.perf_counter()
    subprocess.run(
        command,
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=folder.parent,
        env=os.environ | {"PYTHONPATH": str(folder)},
    )
    return time.perf_counter() - began


def main() -> None:
    """Measure both in turn and print medians and the ratio."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "site"
        folder.mkdir()
        fill(folder)
        base = [sys.executable, "-c", "import mlflow"]
        ours = [sys.executable, "-m", "mlflowplug", "test", "--select", "*0,*1", "--json"]
        plain, checked = [], []
        for _ in range(ROUNDS):
            plain.append(seconds(base, folder))
            checked.append(seconds(ours, folder))
    first, second = statistics.median(plain), statistics.median(checked)
    print(f"{2 * DISTRIBUTIONS} entry points, median of {ROUNDS} rounds in turn")
    print(f"  import mlflow            {first:6.2f} s")
    print(f"  test --select '*0,*1'    {second:6.2f} s   {second / first:5.2f} x import mlflow")
    print("goal: at most 3 x import mlflow")


if __name__ == "__main__":
    main()
