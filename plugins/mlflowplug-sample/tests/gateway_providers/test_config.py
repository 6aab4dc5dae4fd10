"""What an endpoint's configuration may say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from mlflow.exceptions import MlflowException

from mlflowplug_sample.gateway_providers import config as settings

Config = settings.SampleConfig


@pytest.fixture(autouse=True)
def unconfigured(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (settings.API_BASE, settings.API_KEY):
        monkeypatch.delenv(name, raising=False)


def test_the_environment_has_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(settings.API_BASE, "https://llm.example.org/v1/")
    monkeypatch.setenv(settings.API_KEY, "the key")
    assert Config().api_base == "https://llm.example.org/v1"
    assert Config().api_key == "the key"
    assert Config(api_key="another").api_key == "another"


def test_a_key_may_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("ENV", "FILE"):
        monkeypatch.setenv(f"MLFLOW_GATEWAY_RESOLVE_API_KEY_FROM_{name}", "true")
    monkeypatch.setenv("COMPANY_KEY", "from the environment")
    (tmp_path / "key").write_text("from a file\n")
    base = "https://llm.example.org/v1"
    assert Config(api_base=base, api_key="$COMPANY_KEY").api_key == "from the environment"
    assert Config(api_base=base, api_key=str(tmp_path / "key")).api_key == "from a file"


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"api_base": ""}, "api_base"),
        ({"api_base": None}, "api_base"),
        ({"api_base": "llm.example.org"}, "no address"),
        ({"api_base": "file:///etc/passwd"}, "no address"),
        ({"api_base": "http://[x/v1"}, "no address"),
        ({"api_base": "https://me:secret@llm.example.org"}, "password"),
        ({"api_base": "https://llm.example.org?key=secret"}, "query"),
        ({"api_key": ""}, "api_key"),
        ({"api_key": 5}, "api_key"),
        ({"headers": ["secret"]}, "headers"),
        ({"headers": {"X-Key": ["secret"]}}, "headers"),
    ],
)
def test_mistakes_are_told_without_secrets(wrong: dict[str, Any], reason: str) -> None:
    good = {"api_base": "https://llm.example.org", "api_key": "secret"}
    with pytest.raises(MlflowException, match=reason) as caught:
        Config(**{**good, **wrong})
    assert "secret" not in str(caught.value)


def test_no_secret_is_shown() -> None:
    made = Config(api_base="http://a", api_key="secret", headers={"X-Key": "secret"})
    assert "secret" not in repr(made) + str(made)
