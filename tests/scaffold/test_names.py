"""Which names of distributions, schemes and entry points work."""

from __future__ import annotations

import subprocess
import sys

import pytest

from mlflowplug.errors import MlflowplugError
from mlflowplug.plugin_types import PLUGIN_TYPES
from mlflowplug.scaffold import entry_points, names
from mlflowplug.scaffold.templates import template


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "PEP 508"),
        ("-acme", "PEP 508"),
        ("acme store", "PEP 508"),
        ("acmé", "PEP 508"),
        ("../acme", "PEP 508"),
        ("acme\n", "PEP 508"),
        ("class", "keyword"),
        ("match", "keyword"),
        ("json", "standard library"),
        ("mlflow", "would hide"),
        ("2fast", "cannot import"),
    ],
)
def test_names_that_do_not_work_are_refused(name: str, reason: str) -> None:
    with pytest.raises(MlflowplugError, match=reason) as caught:
        names.check_name(name)
    assert caught.value.exit_code == 2
    assert caught.value.hint


@pytest.mark.parametrize(
    ("scheme", "reason"),
    [
        ("", "empty"),
        ("Acme", "lower-cases"),
        ("1acme", "does not start with a letter"),
        ("my_scheme", "underscore"),
        ("acme:", "characters"),
        ("acmé", "characters"),
        ("acme/x", "characters"),
        ("acme\n", "characters"),
        ("c", "Windows"),
        ("a" * 31, "more than 30"),
        ("class", "Python cannot"),
    ],
)
def test_schemes_that_do_not_work_are_refused(scheme: str, reason: str) -> None:
    with pytest.raises(MlflowplugError, match=reason):
        names.check_scheme(scheme)


@pytest.mark.parametrize("author", ['A "B" C', "a\nb", "back\\slash", "long" * 50])
def test_authors_that_would_break_the_metadata_are_refused(author: str) -> None:
    with pytest.raises(MlflowplugError, match="author"):
        names.check_line("author", author)


@pytest.mark.parametrize("scheme", ["sqlite", "https", "databricks-uc", "file", "mysqlish", "s3"])
def test_mlflows_own_schemes_are_refused(scheme: str) -> None:
    with pytest.raises(MlflowplugError, match="MLflow"):
        entry_points.check(template("tracking_store", "standalone", scheme, "acme"))


def test_builtin_schemes_are_those_that_mlflow_registers() -> None:
    code = (
        "from mlflow.tracking._tracking_service.utils import _tracking_store_registry as r\n"
        "print(*(n for n, b in r._registry.items() if b.__module__.startswith('mlflow.')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    known = entry_points.contract_here().built_in_names(PLUGIN_TYPES["tracking_store"])
    assert known - {""} == set(done.stdout.split())


def test_without_mlflow_nothing_is_known_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    entry_points.contract_here.cache_clear()
    monkeypatch.setattr(sys, "path", [])
    try:
        entry_points.check(template("tracking_store", "standalone", "sqlite", "acme"))
    finally:
        entry_points.contract_here.cache_clear()


@pytest.mark.parametrize(
    ("version", "before"), [("3.0", "2.99"), ("3.10", "3.9.99"), ("2.22", "2.21.99")]
)
def test_the_release_before_a_minor_one(version: str, before: str) -> None:
    assert names.release_before(version) == before
