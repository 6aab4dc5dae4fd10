"""Every state of an entry point, in real environments; who wins is asked of MLflow itself."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from fake_environment import make_distribution, make_environment, own_site_packages, site_packages

from mlflowplug.discovery import Installed, Plugin, find_installed, unreachable
from mlflowplug.environments import Environment
from mlflowplug.errors import MlflowplugError
from mlflowplug.plugin_types import PLUGIN_TYPES

WHO = "def who(*args, **kwargs): ...\nwho.name = '{}'\n"

WINNERS = """
import json, warnings
warnings.simplefilter("ignore")
from mlflow.tracking._tracking_service.utils import _tracking_store_registry
from mlflow.store.artifact.artifact_repository_registry import _artifact_repository_registry
print(json.dumps({
    "tracking_store": _tracking_store_registry._registry["both"].name,
    "artifact_repository": _artifact_repository_registry._registry["s3"].name,
}))
"""


SCHEMES = """
import json, sys
from mlflow.exceptions import MlflowException
from mlflow.utils.uri import get_uri_scheme

def is_reached(name):
    try:
        return get_uri_scheme(name + "://host/x") == name
    except MlflowException:
        return False

print(json.dumps([is_reached(name) for name in sys.argv[1:]]))
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    made = make_environment(tmp_path_factory.mktemp("env") / "venv", mlflow=own_site_packages())
    site = site_packages(made)
    add_rivals(site)
    make_distribution(
        site,
        "fine",
        "2.1",
        entry_points={"mlflow.run_context_provider": {"unused": "fine:Context"}},
        requires=["mlflow>=3"],
    )
    make_distribution(
        site,
        "names",
        entry_points={
            "mlflow.tracking_store": {
                "Acme": "x:y",
                "my_store": "x:y",
                "1acme": "x:y",
                "a": "x:y",
                "mysqlite": "x:y",
                "good+scheme.v1-2": "x:y",
            },
            "mlflow.dataset_constructor": {"acme": "x:y", "from_acme": "x:y", "from_a-b": "x:y"},
            "mlflow.project_backend": {"Any_Name 1": "x:y"},
            "mlflow.model_registry_store": {"malformed": "no reference at all"},
        },
    )
    make_distribution(
        site,
        "groups",
        entry_points={
            "mlflow.tracking_stores": {"a": "x:y"},
            "mlflow_artifact_repository": {"b": "x:y"},
            "mlflow.brand_new": {"c": "x:y"},
            "other.group": {"d": "x:y"},
        },
    )
    make_distribution(site, "twice", "1.0", entry_points={"mlflow.app": {"old": "x:y"}})
    make_distribution(site, "twice", "2.0", entry_points={"mlflow.app": {"new": "x:y"}})
    return made


def add_rivals(site: Path) -> None:
    for name in ("aaa", "zzz"):
        make_distribution(
            site,
            f"{name}-rival",
            entry_points={
                "mlflow.tracking_store": {"both": f"{name}_rival:who"},
                "mlflow.project_backend": {"both": f"{name}_rival:who", "local": "x:y"},
                "mlflow.artifact_repository": {"s3": f"{name}_rival:who"},
                "mlflow.gateway.providers": {"openai": "x:y", "both": "x:y"},
                "mlflow.run_context_provider": {"both": f"{name}_rival:who"},
            },
            modules={f"{name}_rival.py": WHO.format(f"{name}-rival")},
        )


@pytest.fixture(scope="module")
def found(environment: Environment) -> Installed:
    return find_installed(environment)


def named(found: Installed, kind: str, name: str, distribution: str = "") -> Plugin:
    matching = [p for p in found.of_type(kind) if p.name == name
                and distribution in ("", p.distribution)]  # fmt: skip
    assert len(matching) == 1, matching
    return matching[0]


def test_a_plugin_that_is_fine(found: Installed) -> None:
    plugin = named(found, "run_context_provider", "unused")
    assert (plugin.state, plugin.detail, plugin.problems) == ("ok", "", ())
    assert (plugin.distribution, plugin.version) == ("fine", "2.1")
    assert plugin.reference == ("fine", "Context")
    assert found.distribution("FINE") is not None


@pytest.mark.parametrize(
    ("kind", "name", "detail"),
    [
        ("tracking_store", "Acme", "URIs are lower-cased, so no URI reaches 'Acme'; use 'acme'"),
        ("tracking_store", "my_store", "has an illegal character"),
        ("tracking_store", "1acme", "starts with no letter"),
        ("tracking_store", "a", "taken for a Windows drive"),
        ("tracking_store", "mysqlite", "starts with mysql for a database"),
        ("dataset_constructor", "acme", "must start with from_ or load_"),
        ("dataset_constructor", "from_a-b", "is no Python name"),
    ],
)
def test_names_that_nothing_reaches(kind: str, name: str, detail: str, found: Installed) -> None:
    plugin = named(found, kind, name)
    assert plugin.state == "unreachable name"
    assert detail in plugin.detail


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("tracking_store", "good+scheme.v1-2"),
        ("dataset_constructor", "from_acme"),
        ("project_backend", "Any_Name 1"),
    ],
)
def test_names_that_are_fine(kind: str, name: str, found: Installed) -> None:
    assert named(found, kind, name).state == "ok"


def test_mlflow_agrees_about_the_names() -> None:
    """The rule of `unreachable` is that of the URI parser that MLflow calls."""
    names = ["acme", "Acme", "my_store", "1acme", "a+b", "a.b", "a-b", "x", "mysqlite", "sqlite"]
    done = subprocess.run(
        [sys.executable, "-c", SCHEMES, *names], capture_output=True, text=True, check=True
    )
    engines = find_installed().contract.database_engines
    kind = PLUGIN_TYPES["tracking_store"]
    ours = [not unreachable(kind, name, engines) for name in names if name != "x"]
    theirs = dict(zip(names, json.loads(done.stdout.splitlines()[-1]), strict=True))
    assert ours == [reached for name, reached in theirs.items() if name != "x"]


def test_groups_that_mlflow_does_not_read(found: Installed) -> None:
    states = {p.name: (p.state, p.detail) for p in found.of_distribution("groups")}
    assert set(states) == {"a", "b", "c"}
    assert {state for state, _ in states.values()} == {"unknown group"}
    assert "did you mean mlflow.tracking_store?" in states["a"][1]
    assert "did you mean mlflow.artifact_repository?" in states["b"][1]
    assert "did you mean" not in states["c"][1]


def test_a_value_that_is_no_reference(found: Installed) -> None:
    plugin = named(found, "model_registry_store", "malformed")
    assert plugin.reference is None
    assert plugin.state == "broken metadata"
    assert "is no object reference (module:attribute)" in plugin.detail


def test_the_winner_is_mlflows(environment: Environment, found: Installed) -> None:
    done = environment.run(["-c", WINNERS], seconds=120)
    assert done.status == 0, done.stderr
    live = json.loads(done.stdout.splitlines()[-1])
    for kind, name in (("tracking_store", "both"), ("artifact_repository", "s3")):
        winner = found.winner(PLUGIN_TYPES[kind], name)
        assert winner is not None
        assert winner.distribution == live[kind]
        states = {p.distribution: p.state for p in found.of_type(kind) if p.name == name}
        loser = next(iter(set(states) - {winner.distribution}))
        assert states[loser] == "shadowed"
        assert states[winner.distribution] in {"conflict", "shadows built-in"}


@pytest.mark.parametrize(
    ("kind", "name", "states", "detail"),
    [
        ("tracking_store", "both", {"conflict", "shadowed"}, "this one wins, being found last"),
        ("project_backend", "both", {"conflict", "shadowed"}, "this one wins, being found first"),
        ("project_backend", "local", {"conflict", "shadowed"}, "MLflow's own 'local' wins"),
        ("gateway.providers", "both", {"conflict"}, "MLflow refuses the second one"),
        ("gateway.providers", "openai", {"conflict"}, "MLflow's own 'openai' has the name"),
        ("artifact_repository", "s3", {"conflict", "shadowed"}, "replaces MLflow's own 's3'"),
        ("run_context_provider", "both", {"ok"}, ""),
    ],
)
def test_conflicts(kind: str, name: str, states: set[str], detail: str, found: Installed) -> None:
    rivals = [p for p in found.of_type(kind) if p.name == name]
    assert len(rivals) == 2
    assert {p.state for p in rivals} == states
    assert detail in " ".join(text for p in rivals for text in p.problems)


def test_a_plugin_alone_shadows_a_built_in(tmp_path: Path) -> None:
    made = make_environment(tmp_path / "venv", mlflow=own_site_packages())
    make_distribution(
        site_packages(made),
        "alone",
        entry_points={
            "mlflow.artifact_repository": {"s3": "x:y"},
            "mlflow.deployments": {"databricks": "x"},
        },
    )
    found = find_installed(made)
    assert named(found, "artifact_repository", "s3").state == "shadows built-in"
    assert "for everybody here" in named(found, "artifact_repository", "s3").detail
    assert named(found, "deployments", "databricks", "alone").state != "ok"


def test_a_second_copy_is_a_ghost(found: Installed) -> None:
    copies = {plugin.state: plugin for plugin in found.of_distribution("twice")}
    assert set(copies) == {"ok", "ghost"}
    assert "Python reads only twice-" in copies["ghost"].detail


# ---------------------------------------------------------------------------------------------
# Broken environments


@pytest.fixture
def broken(tmp_path: Path) -> Environment:
    made = make_environment(tmp_path / "venv", mlflow=own_site_packages())
    make_distribution(
        site_packages(made), "fine", entry_points={"mlflow.app": {"fine": "fine:app"}}
    )
    return made


def test_entry_points_that_cannot_be_parsed(broken: Environment) -> None:
    make_distribution(
        site_packages(broken), "torn", entry_points_text="[mlflow.app]\nno equals sign\n"
    )
    problem = problem_of(broken, "torn")
    assert problem.startswith("entry_points.txt cannot be parsed")


def test_undecodable_entry_points(broken: Environment) -> None:
    info = make_distribution(site_packages(broken), "torn")
    (info / "entry_points.txt").write_bytes(b"[mlflow.app]\nacme = \xff\xfe:app\n")
    assert problem_of(broken, "torn").startswith("entry_points.txt cannot be read")


def test_no_metadata(broken: Environment) -> None:
    info = make_distribution(
        site_packages(broken), "torn", entry_points={"mlflow.app": {"torn": "torn:app"}}
    )
    (info / "METADATA").unlink()
    found = find_installed(broken)
    problems = [item.problem for item in found.distributions if item.problem]
    assert problems == ["METADATA has no Name"]
    assert [p.state for p in found.of_type("app") if p.name == "torn"] == ["broken metadata"]
    assert [p.state for p in found.of_type("app") if p.name == "fine"] == ["ok"]


def test_undecodable_metadata(broken: Environment) -> None:
    info = make_distribution(
        site_packages(broken), "torn", entry_points={"mlflow.app": {"torn": "torn:app"}}
    )
    (info / "METADATA").write_bytes(b"Metadata-Version: 2.1\nName: torn\nVersion: \xff\xfe\n")
    found = find_installed(broken)
    assert [p.state for p in found.of_type("app") if p.name == "fine"] == ["ok"]


def problem_of(environment: Environment, name: str) -> str:
    """What is said of a distribution; the healthy one beside it is listed all the same."""
    found = find_installed(environment)
    assert [p.state for p in found.of_type("app") if p.name == "fine"] == ["ok"]
    distribution = found.distribution(name)
    assert distribution is not None
    return distribution.problem


def test_it_works_where_mlflow_cannot_be_imported(broken: Environment) -> None:
    site = site_packages(broken)
    make_distribution(
        site,
        "fatal",
        entry_points={"mlflow.tracking_store": {"fatal": "fatal:store"}},
        modules={"fatal.py": "raise SystemExit('not today')\n"},
    )
    assert broken.run(["-c", "import mlflow"], seconds=60).status != 0
    assert named(find_installed(broken), "tracking_store", "fatal").state == "ok"


def test_an_environment_without_mlflow(tmp_path: Path) -> None:
    made = make_environment(tmp_path / "venv")
    make_distribution(
        site_packages(made), "alone", entry_points={"mlflow.tracking_store": {"acme": "acme:x"}}
    )
    found = find_installed(made)
    assert found.mlflow_version is None
    assert found.executable == str(made.python)
    assert named(found, "tracking_store", "acme").state == "ok"


def test_what_is_no_interpreter(tmp_path: Path) -> None:
    fake = tmp_path / "python"
    fake.write_text("#!/bin/sh\necho nothing useful; echo broken >&2\n")
    fake.chmod(0o755)
    with pytest.raises(MlflowplugError, match="could not list its packages: broken"):
        find_installed(Environment(fake))
