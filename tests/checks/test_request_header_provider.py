"""Band 2xx of header providers: each check catches its fault, and a healthy one passes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from faulty_plugins.specimen import Specimen, install_all

from mlflowplug.checks.registry import checks_of

BASE = """
from mlflow.tracking.request_header.abstract_request_header_provider import RequestHeaderProvider


class Headers(RequestHeaderProvider):
    def in_context(self):
        return {context}

    def request_headers(self):
        return {headers}
"""


def specimen(name: str, context: str, headers: str, code: str = "", says: str = "") -> Specimen:
    source = BASE.format(context=context, headers=headers)
    return Specimen(name, "request_header_provider", source, "Headers", code=code, says=says)


ZOO = [
    specimen("fine-headers", "True", "{'X-Team': 'blue'}"),
    specimen("absent-headers", "False", "{}['never asked']"),
    specimen("raising-headers", "True", "{}['host']", "RH201", "request_headers() raises KeyError"),
    specimen("asking-headers", "{}['x']", "{}", "RH201", "in_context() raises KeyError"),
    specimen("list-headers", "True", "['X-Team']", "RH202", "answers a list"),
    specimen("number-headers", "True", "{'X-Size': 3}", "RH202", "str: int"),
]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, dict[str, Any]]]:
    """Check results by plugin name and code, from the real command."""
    folder = tmp_path_factory.mktemp("headers")
    install_all(ZOO, folder / "site")
    done = subprocess.run(
        [sys.executable, "-m", "mlflowplug", "test", "--json", "--select", "RH2"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder / "site")},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)
    providers = [t for t in report["targets"] if t["type"] == "request_header_provider"]
    return {t["name"]: {c["code"]: c for c in t["checks"]} for t in providers}


@pytest.mark.parametrize("plugin", ZOO, ids=lambda plugin: plugin.name)
def test_each_fault_is_caught_by_its_check(
    plugin: Specimen, results: dict[str, dict[str, dict[str, Any]]]
) -> None:
    checks = results[plugin.entry_name]
    failed = {code for code, check in checks.items() if check["outcome"] in {"failed", "error"}}
    assert failed == ({plugin.code} if plugin.code else set())
    if plugin.code:
        assert plugin.says in checks[plugin.code]["message"]


def test_every_check_of_the_band_has_a_faulty_plugin() -> None:
    codes = {c.code for c in checks_of("request_header_provider") if c.band == "2"}
    assert codes == {plugin.code for plugin in ZOO if plugin.code}
