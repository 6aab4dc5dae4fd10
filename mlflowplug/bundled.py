"""Where `templates/` and `plugins/` are: beside the package in a checkout, inside it in a wheel.

Nothing else knows these paths. The mapping into the wheel is in pyproject.toml.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def bundled(name: str) -> Path:
    """The folder `name` (`templates` or `plugins`) that came with this program.

    Raises:
        FileNotFoundError: neither the wheel's nor the checkout's folder is there.
    """
    for folder in (_PACKAGE / "_bundled" / name, _PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"{name} is missing from this installation of mlflowplug")
