"""Every kind of finding: one plugin that is wrong in that way, and a healthy one beside it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from fake_environment import make_distribution, make_environment, own_site_packages, site_packages

from mlflowplug import doctor
from mlflowplug.discovery import find_installed
from mlflowplug.environments import Environment
from mlflowplug.findings import Finding

STORE = """
def open_store(store_uri, artifact_uri=None):
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
    return SqlAlchemyStore(store_uri, artifact_uri)
"""
PROVIDERS = """
AUTHORIZATION = "Authorization"
COMMON = {"X-Team": "a"}

class A:
    def in_context(self): return True
    def request_headers(self): return {AUTHORIZATION: "Bearer A", **COMMON}

class B(A):
    def request_headers(self):
        headers = dict(COMMON)
        headers["Authorization"] = "Bearer B"
        headers.update({"User-Agent": "b"})
        return headers

class Other(A):
    def request_headers(self): return {"X-Other": "c"}

class LowerCase(A):
    def request_headers(self): return {"x-other": "d"}

class Login:
    NAME = "acme-login"
    def get_name(self): return self.NAME
    def get_auth(self): return None

class ComputedLogin(Login):
    def get_name(self): return "acme-" + str(1)
"""


class Site:
    """An environment that a test puts distributions in."""

    def __init__(self, folder: Path, mlflow: Path | None) -> None:
        self.environment: Environment = make_environment(folder, mlflow=mlflow)

    def add(self, name: str, version: str = "1.0", **keywords: Any) -> Path:
        return make_distribution(site_packages(self.environment), name, version, **keywords)

    def findings(
        self, variables: Mapping[str, str] | None = None, *, load: bool = False
    ) -> tuple[Finding, ...]:
        found = find_installed(self.environment)
        seen = doctor.look(self.environment, found) if load else None
        return doctor.examine(found, variables or {}, seen)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "venv", own_site_packages())


def only(findings: tuple[Finding, ...], kind: str) -> Finding:
    """The one finding that there is, of this kind."""
    assert [item.id for item in findings] == [kind], findings
    assert findings[0].remedy
    return findings[0]


def test_a_healthy_environment_has_no_findings(site: Site) -> None:
    site.add(
        "acme",
        entry_points={
            "mlflow.tracking_store": {"acme": "acme:open_store"},
            "mlflow.request_header_provider": {"other": "providers:Other"},
        },
        modules={"acme.py": STORE, "providers.py": PROVIDERS},
        requires=["mlflow>=2.22,<4", "mlflow-skinny>=2.22", "numpy", "mlflow<1; extra == 'old'"],
    )
    assert site.findings({"MLFLOW_TRACKING_URI": "acme://host", "MLFLOW_TRACKING_AUTH": ""}) == ()


# ---------------------------------------------------------------------------------------------
# Metadata


@pytest.mark.parametrize(
    ("group", "name", "value", "kind", "sentence"),
    [
        (
            "tracking_stores",
            "acme",
            "acme:X",
            "unknown-group",
            "did you mean mlflow.tracking_store",
        ),
        ("tracking_store", "Acme", "acme:X", "unreachable-name", "URIs are lower-cased"),
        ("tracking_store", "ac_me", "acme:X", "unreachable-name", "is no URI scheme"),
        ("tracking_store", "mysqlx", "acme:X", "unreachable-name", "for a database"),
        ("tracking_store", "x", "acme:X", "unreachable-name", "Windows drive"),
        ("dataset_constructor", "acme", "acme:X", "unreachable-name", "must start with from_"),
        ("artifact_repository", "s3", "acme:X", "shadows-built-in", "replaces MLflow's own 's3'"),
        ("project_backend", "local", "acme:X", "shadowed", "MLflow's own 'local' wins"),
        ("deployments", "sagemaker", "acme", "shadowed", "MLflow's own 'sagemaker' wins"),
        ("gateway.providers", "openai", "acme:X", "conflict", "MLflow refuses this one"),
        ("tracking_store", "acme", "not a reference", "broken-metadata", "no object reference"),
    ],
)
def test_every_state_is_a_finding(
    site: Site, group: str, name: str, value: str, kind: str, sentence: str
) -> None:
    site.add("acme", entry_points={f"mlflow.{group}": {name: value}}, modules={"acme.py": ""})
    finding = only(site.findings(), kind)
    assert sentence in finding.message
    assert finding.subject == f"{group}:{name} (acme)"
    assert finding.severity == ("warning" if kind == "shadows-built-in" else "error")


def test_of_two_plugins_with_one_name_the_loser_names_the_winner(site: Site) -> None:
    for name in ("first", "second"):
        site.add(
            name,
            entry_points={"mlflow.tracking_store": {"acme": "acme:open_store"}},
            modules={"acme.py": STORE},
        )
    finding = only(site.findings(), "shadowed")
    assert "has the same name and wins" in finding.message
    assert "pip uninstall" in finding.remedy


def test_a_second_copy_of_the_metadata_is_found(site: Site) -> None:
    for version in ("1.0", "2.0"):
        site.add("acme", version, entry_points={"mlflow.app": {"acme": "acme:x"}})
    assert "installed twice" in only(site.findings(), "ghost").message


@pytest.mark.parametrize("text", ["[mlflow.app]\nno equals sign\n", "[console_scripts]\nbroken\n"])
def test_metadata_that_breaks_everybody_is_named(site: Site, text: str) -> None:
    """Python reads all entry points at once: a stranger's broken file breaks MLflow too."""
    site.add("stranger", entry_points_text=text)
    finding = only(site.findings(), "broken-metadata")
    assert finding.subject == "stranger"
    assert "cannot be parsed" in finding.message


# ---------------------------------------------------------------------------------------------
# MLflow and requirements


def test_a_missing_mlflow_is_said_and_plugins_are_still_judged(tmp_path: Path) -> None:
    site = Site(tmp_path / "venv", None)
    site.add("acme", entry_points={"mlflow.tracking_stores": {"acme": "acme:X"}})
    variables = {"MLFLOW_TRACKING_URI": "x://", "MLFLOW_TRACKING_AUTH": "x"}
    findings = site.findings(variables, load=True)
    assert [item.id for item in findings] == ["mlflow-missing", "unknown-group"]


def test_parts_of_mlflow_of_different_releases_are_found(tmp_path: Path) -> None:
    site = Site(tmp_path / "venv", None)
    site.add("mlflow", "3.17.2")
    site.add("mlflow-skinny", "3.16.0")
    finding = only(site.findings(), "mlflow-versions")
    assert "mlflow 3.17.2, mlflow-skinny 3.16.0" in finding.message


@pytest.mark.parametrize(
    ("requirement", "kind", "severity"),
    [
        ("mlflow<3", "requirement", "error"),
        ("MLflow_Skinny==2.13.2", "requirement", "error"),
        ("mlflow>=99", "requirement", "error"),
        ("mlflow~=3.17.0", "upper-bound", "warning"),
        ("mlflow==3.17.2", "upper-bound", "warning"),
        ("mlflow>=2,<3.18", "upper-bound", "warning"),
        ("mlflow ! 3", "requirement", "warning"),
    ],
)
def test_requirements_that_do_not_fit_are_found(
    tmp_path: Path, requirement: str, kind: str, severity: str
) -> None:
    site = Site(tmp_path / "venv", None)
    site.add("mlflow", "3.17.2")
    site.add("mlflow-skinny", "3.17.2")
    site.add("acme", entry_points={"mlflow.app": {"acme": "acme:x"}}, requires=[requirement])
    findings = [item for item in site.findings() if item.id != "not-read"]
    assert only(tuple(findings), kind).severity == severity


def test_a_plugin_that_needs_mlflow_where_only_skinny_is(tmp_path: Path) -> None:
    site = Site(tmp_path / "venv", None)
    site.add("mlflow-skinny", "3.17.2")
    site.add("acme", entry_points={"mlflow.tracking_store": {"acme": "a:x"}}, requires=["mlflow"])
    findings = [item for item in site.findings() if item.id != "not-read"]
    assert "which is not installed" in only(tuple(findings), "requirement").message


# ---------------------------------------------------------------------------------------------
# Providers and variables


def add_providers(site: Site, group: str, **classes: str) -> None:
    for name, value in classes.items():
        site.add(
            f"dist-{name}",
            entry_points={f"mlflow.{group}": {name: f"providers:{value}"}},
            modules={"providers.py": PROVIDERS},
        )


def test_headers_that_two_providers_set_are_found(site: Site) -> None:
    add_providers(site, "request_header_provider", a="A", b="B", c="Other")
    findings = {item.subject.lower(): item for item in site.findings()}
    assert set(findings) == {"authorization", "user-agent", "x-team"}
    assert findings["authorization"].severity == "error"
    assert "Bearer A Bearer B" in findings["authorization"].message
    assert "MLflow's DefaultRequestHeaderProvider and dist-b" in findings["user-agent"].message


def test_two_spellings_of_a_header_do_not_join_but_replace(site: Site) -> None:
    add_providers(site, "request_header_provider", a="Other", b="LowerCase")
    assert "only one value is sent" in only(site.findings(), "header-clash").message


@pytest.mark.parametrize(
    ("wanted", "is_found"), [("acme-login", True), ("kubernetes", True), ("s3cret-typo", False)]
)
def test_the_auth_provider_that_is_asked_for_has_to_be_there(
    site: Site, wanted: str, is_found: bool
) -> None:
    add_providers(site, "request_auth_provider", a="Login")
    findings = site.findings({"MLFLOW_TRACKING_AUTH": wanted})
    if is_found:
        assert findings == ()
        return
    finding = only(findings, "auth-provider")
    assert finding.severity == "error"
    assert "acme-login" in finding.remedy
    assert wanted not in finding.message + finding.remedy


def test_an_auth_provider_that_computes_its_name_may_be_the_one(site: Site) -> None:
    add_providers(site, "request_auth_provider", a="ComputedLogin")
    finding = only(site.findings({"MLFLOW_TRACKING_AUTH": "acme-1"}), "auth-provider")
    assert finding.severity == "warning"
    assert "only known when it runs" in finding.message


@pytest.mark.parametrize("variable", ["MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI"])
def test_a_uri_that_leads_nowhere_is_found_and_not_shown(site: Site, variable: str) -> None:
    finding = only(site.findings({variable: "acme://user:s3cret@host?token=s3cret"}), "uri")
    assert finding.subject == variable
    assert "s3cret" not in finding.message + finding.remedy
    plain = only(site.findings({variable: "localhost:5000"}), "uri")
    assert "http://localhost:5000" in plain.remedy


# ---------------------------------------------------------------------------------------------
# Loading


def test_what_breaks_the_import_comes_first_and_is_named(site: Site) -> None:
    site.add(
        "boom",
        entry_points={"mlflow.run_context_provider": {"boom": "boom:Provider"}},
        modules={"boom.py": "import os\nos.environ['NO_SUCH_VARIABLE']\n"},
    )
    site.add(
        "circular",
        entry_points={"mlflow.tracking_store": {"circular": "circular:Store"}},
        modules={
            "circular.py": "from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore\n"
            "class Store(SqlAlchemyStore): ...\n"
        },
    )
    site.add(
        "lacks",
        entry_points={"mlflow.tracking_store": {"lacks": "lacks:Store"}},
        modules={"lacks.py": "import no_such_module_anywhere\n"},
    )
    site.add(
        "acme",
        entry_points={"mlflow.tracking_store": {"acme": "acme:open_store"}},
        modules={"acme.py": STORE},
    )
    site.add("stores", entry_points={"mlflow.tracking_stores": {"x": "acme:open_store"}})
    findings = site.findings(load=True)
    first, *rest = findings
    assert first.subject == "run_context_provider:boom (boom)"
    assert "`import mlflow` fails for everybody" in first.message
    assert "NO_SUCH_VARIABLE" in first.message
    by_subject = {item.subject: item for item in rest}
    circular = by_subject["tracking_store:circular (circular)"]
    assert circular.id == "load-warned"
    assert "name a function that imports inside" in circular.remedy
    assert "No module named" in by_subject["tracking_store:lacks (lacks)"].message
    assert by_subject["tracking_stores:x (stores)"].id == "unknown-group"
    assert not any("acme" in item.subject for item in findings)
