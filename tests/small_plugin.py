"""The smallest plugin that can be published, and what is seen of the processes it needs."""

from __future__ import annotations

from pathlib import Path

PYPROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "acme-headers"
version = "1.0.0"
description = "Request headers for Acme."
readme = "README.md"
requires-python = ">=3.10"

[project.entry-points."mlflow.request_header_provider"]
acme = "acme_headers.provider:AcmeHeaders"
"""
PROVIDER = """\
class AcmeHeaders:
    def in_context(self):
        return True

    def request_headers(self):
        return {"X-Acme": "1"}
"""


def project(folder: Path) -> Path:
    """The smallest plugin that can be published; it does not need MLflow to be imported."""
    package = folder / "acme_headers"
    package.mkdir(parents=True)
    (folder / "pyproject.toml").write_text(PYPROJECT)
    (folder / "README.md").write_text("# acme-headers\n\nHeaders for Acme.\n")
    (package / "__init__.py").write_text("")
    (package / "provider.py").write_text(PROVIDER)
    return folder


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def command_lines() -> str:
    """Every command line on this machine that we may read."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue
    return "\n".join(lines)
