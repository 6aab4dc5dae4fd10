"""Store URIs: variables in them, and what is kept out of what is printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlflowplug.errors import MlflowplugError
from mlflowplug.settings import read_settings
from mlflowplug.store_uris import StoreURI

SERVER = "acme+postgresql://me:s%40cret@db:5432/runs"
SETTINGS = """
[tool.mlflowplug.test.tracking_store.acme]
uri = "acme:{tmp}/store.db"
extras = ["files"]

[tool.mlflowplug.test.tracking_store."acme+postgresql"]
uri = "${ACME_URI}"
extras = ["postgresql", "tls"]
"""


def test_variables_are_the_callers() -> None:
    uri = StoreURI("${KIND}:${HOME_}/{tmp}", {"KIND": "acme", "HOME_": "/data"})
    assert (uri.value, uri.missing, uri.why_not) == ("acme:/data/{tmp}", (), "")


def test_a_variable_that_is_not_set_leaves_nothing_to_open() -> None:
    uri = StoreURI("${ACME_URI}", {"ACME_URI": ""})
    assert (uri.value, uri.missing) == ("", ("ACME_URI",))
    assert uri.why_not == "set ACME_URI to the URI of a store to test"


@pytest.mark.parametrize("text", ["", "acme:{tmp}/$HOME", "acme:/a${}", "acme:/${1}"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert StoreURI(text).value == text


@pytest.mark.parametrize(
    ("said", "hidden"),
    [
        (f"cannot open {SERVER}", "cannot open ${ACME_URI}"),
        ("password=s@cret host=db", "password=*** host=db"),
        ("the secret of me", "the secret of me"),
        ("postgresql://me:s%40cret@db:5432/runs", "postgresql://***@db:5432/runs"),
    ],
)
def test_the_password_is_not_printed(said: str, hidden: str) -> None:
    uri = StoreURI("${ACME_URI}", {"ACME_URI": SERVER})
    assert uri.hidden(said) == hidden
    assert "cret" not in repr(uri)


def test_the_password_of_the_command_line_is_not_printed_either() -> None:
    assert (
        StoreURI(SERVER).hidden(f"no {SERVER}, s@cret")
        == "no acme+postgresql://***@db:5432/runs, ***"
    )


def test_extras_are_those_of_stores_that_can_be_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pyproject.toml").write_text(SETTINGS)
    settings = read_settings(tmp_path)
    assert settings.uris["tracking_store", "acme+postgresql"] == "${ACME_URI}"
    monkeypatch.delenv("ACME_URI", raising=False)
    assert settings.wanted_extras == ["files"]
    monkeypatch.setenv("ACME_URI", SERVER)
    assert settings.wanted_extras == ["files", "postgresql", "tls"]


def test_extras_are_a_list(tmp_path: Path) -> None:
    text = SETTINGS.replace('["files"]', '"files"')
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(MlflowplugError, match="must be a list of names"):
        read_settings(tmp_path)
