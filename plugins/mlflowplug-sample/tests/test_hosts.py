"""Which URLs are those of a configured host."""

from __future__ import annotations

import pytest

from mlflowplug_sample.hosts import HOSTS, is_ours


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://mlflow.example.com", True),
        ("http://MLFLOW.Example.com:5000/path", True),
        ("https://me:secret@mlflow.example.com/", True),
        ("https://eu.ml.example.com", True),
        ("https://ml.example.com", False),
        ("https://mlflow.example.com.evil.org", False),
        ("https://mlflow.example.com@evil.org", False),
        ("https://evil.org/?mlflow.example.com", False),
        ("ftp://mlflow.example.com", False),
        ("sqlite:////mlflow.example.com", False),
        ("databricks", False),
        ("http://[mlflow.example.com", False),
        ("", False),
    ],
)
def test_only_the_named_hosts_are_ours(
    url: str, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOSTS, "mlflow.example.com, .ML.example.com,")
    assert is_ours(url) is expected


def test_without_configuration_no_host_is_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(HOSTS, raising=False)
    assert not is_ours("https://mlflow.example.com")
