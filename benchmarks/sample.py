"""What the whole sample, every plugin type in one environment, costs a program that uses MLflow.

The same program runs in turns in two environments that differ in nothing but the sample: what
`import mlflow` takes, and what `mlflow.start_run()` takes. The goal: at most 20 ms more for a run.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from mlflowplug import environments
from mlflowplug.bundled import bundled

GOAL_MS = 20.0
ROUNDS = 5
PROGRAM = """
import json, sys, time
began = time.perf_counter()
import mlflow
imported = time.perf_counter() - began
mlflow.set_tracking_uri(f"sqlite:///{sys.argv[1]}")
times = []
for _ in range(60):
    began = time.perf_counter()
    mlflow.start_run()
    times.append(time.perf_counter() - began)
    mlflow.end_run()
times.sort()
print(json.dumps({"import": imported * 1000, "run": times[len(times) // 2] * 1000}))
"""


def environment_over_ours(folder: Path) -> Path:
    """The Python of a new environment that sees all that is installed beside this program."""
    python = environments.create(folder, python=sys.executable).python
    (site,) = folder.glob("lib/python*/site-packages")
    ours = [path for path in sys.path if path.endswith("site-packages")]
    (site / "below.pth").write_text("\n".join(ours))
    return python


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        pythons = {name: environment_over_ours(folder / name) for name in ("without", "with")}
        sample = bundled("plugins") / "mlflowplug-sample"
        environments.run_uv(
            ["pip", "install", "--quiet", "--no-deps", "--python", pythons["with"], sample]
        )
        found: dict[str, list[dict[str, float]]] = {name: [] for name in pythons}
        for turn in range(ROUNDS + 1):
            for name, python in pythons.items():
                database = folder / f"{name}.db"
                done = subprocess.run(
                    [python, "-c", PROGRAM, database],
                    cwd=folder,
                    capture_output=True,
                    text=True,
                    check=True,
                )
                if turn:  # the first one makes the database and fills the caches
                    found[name].append(json.loads(done.stdout.splitlines()[-1]))
        for what, title in (("import", "import mlflow"), ("run", "mlflow.start_run()")):
            without, with_it = (
                statistics.median(one[what] for one in found[name]) for name in pythons
            )
            print(f"{title:20} {without:8.1f} ms  with the sample {with_it:8.1f} ms", end="")
            print(f"  {with_it - without:+.1f} ms" + (f" (goal: +{GOAL_MS:.0f})" * (what == "run")))


if __name__ == "__main__":
    main()
