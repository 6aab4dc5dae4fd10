"""What tests of rendered plugins share: answers, an environment over ours, commands in it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from mlflowplug.environments import uv
from mlflowplug.scaffold.answers import Answers

ACME = Answers("mlflow-acme", ("tracking_store",), "acme")
CHECKOUT = Path(__file__).resolve().parent.parent


def run(*command: str, cwd: Path | None = None, **variables: str) -> str:
    """The command's standard output; a failure shows all that it printed."""
    environment = {**os.environ, "PYTHONPATH": "", **variables}
    done = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def environment_over_ours(folder: Path) -> Path:
    """The Python of a new environment that has all that runs these tests."""
    run(uv(), "venv", "--quiet", "--clear", "--python", sys.executable, str(folder))
    python = folder / "bin" / "python"
    (site,) = folder.glob("lib/python*/site-packages")
    paths = [str(CHECKOUT), *(path for path in sys.path if path.endswith("site-packages"))]
    (site / "below.pth").write_text("\n".join(paths))
    return python


def install(python: Path, plugin: Path) -> None:
    """Install a plugin's folder, as a wheel, without what it depends on."""
    install = [uv(), "pip", "install", "--quiet", "--offline", "--no-deps", "--no-build-isolation"]
    run(*install, "--python", str(python), str(plugin))
