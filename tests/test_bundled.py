"""Templates are found in a checkout and, built, in a wheel."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

from mlflowplug import bundled as module
from mlflowplug.bundled import bundled

CHECKOUT = Path(__file__).resolve().parent.parent


def test_a_checkout_uses_its_top_level_folder() -> None:
    assert bundled("templates") == CHECKOUT / "templates"


def test_an_installed_package_uses_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "mlflowplug"
    (package / "_bundled" / "templates").mkdir(parents=True)
    (tmp_path / "templates").mkdir()
    monkeypatch.setattr(module, "_PACKAGE", package)
    assert bundled("templates") == package / "_bundled" / "templates"


def test_what_is_nowhere_is_an_error() -> None:
    with pytest.raises(FileNotFoundError, match="recipes"):
        bundled("recipes")


@pytest.mark.slow
def test_the_wheel_has_every_template(tmp_path: Path) -> None:
    (wheel,) = WheelBuilder(str(CHECKOUT)).build(directory=str(tmp_path), versions=["standard"])
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if "/_bundled/templates/" in name}
    templates = CHECKOUT / "templates"
    assert packed == {
        f"mlflowplug/_bundled/templates/{path.relative_to(templates).as_posix()}"
        for path in templates.rglob("*")
        if path.is_file()
    }
