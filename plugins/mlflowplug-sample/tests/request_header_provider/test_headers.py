"""Which headers are sent, where to, and what is in them."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest

from mlflowplug_sample.hosts import HOSTS
from mlflowplug_sample.request_header_provider import request_header_provider
from mlflowplug_sample.request_header_provider.headers import (
    HEADERS,
    LONGEST,
    header_value,
)

TEAM = next(iter(HEADERS))


@pytest.fixture
def _configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOSTS, "mlflow.example.com")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "https://mlflow.example.com/prefix")
    monkeypatch.setenv(HEADERS[TEAM], " blue ")


@pytest.mark.usefixtures("_configured")
def test_only_the_variables_that_are_set_become_headers() -> None:
    provider = request_header_provider()
    assert provider.in_context()
    assert provider.request_headers() == {TEAM: "blue"}


@pytest.mark.usefixtures("_configured")
@pytest.mark.parametrize(
    "uri",
    [
        "https://mlflow.example.org",
        "sqlite:///mlflow.db",
        "databricks://profile",
        "http://[",
        "%",
        "",
    ],
)
def test_others_are_left_alone(uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    assert not request_header_provider().in_context()


@pytest.mark.usefixtures("_configured")
@pytest.mark.parametrize("variable", [HOSTS, HEADERS[TEAM]])
def test_both_have_to_be_configured(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, " ")
    assert not request_header_provider().in_context()


def test_the_names_are_legal_and_our_own() -> None:
    for name in HEADERS:
        assert re.fullmatch(r"X-[A-Za-z0-9-]+", name)
        assert not name.lower().startswith("x-mlflow")


@pytest.mark.parametrize(
    "text",
    ["a\r\nX-Other: 1", "a\0b", "Größe", "日本", "100 %", "%41", 'team=blue; floor "2"', "a\x7f"],
)
def test_every_text_can_be_sent_and_read(text: str) -> None:
    value = header_value(text)
    assert re.fullmatch(r"[\x20-\x7e]*", value)
    assert unquote(value) == text


def test_no_value_is_too_long_or_impossible() -> None:
    assert header_value("a" * 10_000) == "a" * LONGEST
    assert header_value("a\udcff") == "a?"
