"""Start-up is a feature: what a command does not need is not imported."""

from __future__ import annotations

import subprocess
import sys

import pytest

SCRIPT = """
import sys
from mlflowplug.main import main
code = main({arguments!r})
loaded = sorted(name for name in {modules!r} if name in sys.modules)
print(loaded, file=sys.stderr)
sys.exit(code)
"""


@pytest.mark.parametrize(
    ("arguments", "modules"),
    [
        (["list", "--json"], ["typer", "rich", "mlflow", "pytest", "pydantic", "jinja2"]),
        (["list"], ["typer", "mlflow", "pytest", "pydantic", "jinja2"]),
        (["types"], ["mlflow", "pytest", "hypothesis", "sqlalchemy"]),
        (["--help"], ["mlflow", "pytest", "hypothesis", "jinja2"]),
    ],
    ids=lambda value: " ".join(value),
)
def test_a_command_imports_no_more_than_it_needs(arguments: list[str], modules: list[str]) -> None:
    script = SCRIPT.format(arguments=arguments, modules=modules)
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.strip().endswith("[]")
