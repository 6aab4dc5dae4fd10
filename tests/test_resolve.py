"""Where URIs lead: compared with MLflow itself, and one line of diagnosis for every way to fail."""

from __future__ import annotations

from pathlib import Path

import pytest
from fake_environment import make_distribution, make_environment, own_site_packages, site_packages

from mlflowplug import resolve, uris
from mlflowplug.discovery import Installed, find_installed
from mlflowplug.environments import Environment
from mlflowplug.loading import load_plugins
from mlflowplug.resolve import Resolution

STORE = """
def open_store(store_uri, artifact_uri=None):
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
    return SqlAlchemyStore(store_uri, artifact_uri)
"""
CIRCULAR = """
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
class Store(SqlAlchemyStore): ...
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An environment with plugins that are right, and ones that are wrong in one way each."""
    made = make_environment(tmp_path_factory.mktemp("env") / "venv", mlflow=own_site_packages())
    site = site_packages(made)
    make_distribution(
        site,
        "acme-plugin",
        "1.2",
        entry_points={"mlflow.tracking_store": {"acme": "acme:open_store"}},
        modules={"acme.py": STORE},
    )
    make_distribution(
        site,
        "files-plugin",
        entry_points={"mlflow.artifact_repository": {"files": "acme:x", "s3": "acme:x"}},
    )
    make_distribution(
        site,
        "slips",
        entry_points={
            "mlflow.tracking_stores": {"typo": "acme:open_store"},
            "mlflow.tracking_store": {
                "Upper": "acme:open_store",
                "under_score": "acme:open_store",
                "mysqlx": "acme:open_store",
                "malformed": "acme open store",
            },
        },
    )
    make_distribution(
        site,
        "circular",
        entry_points={"mlflow.tracking_store": {"circular": "circular:Store"}},
        modules={"circular.py": CIRCULAR},
    )
    make_distribution(
        site,
        "targets",
        entry_points={"mlflow.deployments": {"rocket": "acme", "sagemaker": "acme"}},
    )
    return made


@pytest.fixture(scope="module")
def found(environment: Environment) -> Installed:
    return find_installed(environment)


def of(uri: str, found: Installed, kind: str = "tracking_store") -> resolve.Reach:
    return resolve.resolve(uri, found, {}).of(kind)


# ---------------------------------------------------------------------------------------------
# The scheme


URIS = [
    "",
    "acme",
    "acme:x",
    "ACME://Host/x",
    "acme_x://y",
    "1acme:x",
    "localhost:5000",
    "127.0.0.1:5000",
    "http://localhost:5000",
    "http//localhost",
    r"C:\mlruns",
    "d:/mlruns",
    "/tmp/mlruns",
    "./mlruns",
    "file:///tmp/x",
    "file:relative",
    "sqlite:///x.db",
    "postgresql+psycopg2://u:p@h/d",
    "PostgreSQL://h/d",
    "postgresql+a+b://h/d",
    "postgres://h/d",
    "mysqlx://h/d",
    "sqlite+",
    "mssql+pyodbc://h",
    "databricks",
    "databricks://profile",
    "databricks-uc",
    "uc",
    "uc:http://localhost:8080",
    "models:/x/1",
    "s3://bucket/key",
    "  acme:x",
    "acme+v2.x-y:z",
    "arn:aws:sagemaker:us-east-1:1:x",
    "http://[::1",
    "",
]


def test_every_scheme_is_what_mlflow_reads(found: Installed) -> None:
    """`get_uri_scheme` of the MLflow that the tests run with is the last word."""
    from mlflow.exceptions import MlflowException
    from mlflow.utils.uri import get_uri_scheme

    rules = uris.rules_of(found.contract)
    for uri in URIS:
        try:
            expected: str | None = get_uri_scheme(uri)
        except (MlflowException, ValueError):
            expected = None
        try:
            scheme: str | None = uris.store_scheme(uri, rules)
        except uris.RefusedURIError:
            scheme = None
        assert scheme == expected, uri


def test_what_is_built_in_is_what_mlflow_registers(found: Installed) -> None:
    """Every URI reaches a built-in store where MLflow's own registry has one, and else none."""
    from mlflow.exceptions import MlflowException
    from mlflow.store.artifact import artifact_repository_registry
    from mlflow.tracking._model_registry.utils import _get_store_registry
    from mlflow.tracking._tracking_service.utils import _tracking_store_registry
    from mlflow.utils.uri import get_uri_scheme

    for uri in URIS:
        answer = resolve.resolve(uri, found, {"MLFLOW_ALLOW_FILE_STORE": "true"})
        for kind, registry in (
            ("tracking_store", _tracking_store_registry),
            ("model_registry_store", _get_store_registry()),
        ):
            try:
                registry.get_store_builder(uri)
                expected = True
            except (MlflowException, ValueError):
                expected = False
            reach = answer.of(kind)
            assert (reach.state != "not reached" and reach.plugin is None) == expected, (kind, uri)
        try:
            registered = artifact_repository_registry.get_registered_artifact_repositories()
            expected = get_uri_scheme(uri) in registered
        except (MlflowException, ValueError):
            expected = False
        # The environment has a plugin for s3; MLflow, as the tests run it, has not.
        assert (answer.of("artifact_repository").state != "not reached") == expected, uri


@pytest.mark.parametrize("target", ["rocket", "rocket:/x", "rocket://h", "sagemaker:/us-east-1"])
def test_a_deployment_target_is_read_as_mlflow_reads_it(found: Installed, target: str) -> None:
    from mlflow.deployments.utils import parse_target_uri

    reach = of(target, found, "deployments")
    assert reach.scheme == parse_target_uri(target)
    assert reach.state == "reached"
    # MLflow registers sagemaker after all entry points.
    assert (reach.plugin is None) == target.startswith("sagemaker")


# ---------------------------------------------------------------------------------------------
# What is reached


def test_a_plugin_is_reached_by_its_scheme(found: Installed) -> None:
    answer = resolve.resolve("ACME://host/path", found, {})
    reach = answer.of("tracking_store")
    assert answer.reached
    assert reach.plugin is not None
    assert (reach.plugin.distribution, reach.plugin.version) == ("acme-plugin", "1.2")
    assert answer.of("model_registry_store").state == "not reached"
    assert "MLFLOW_REGISTRY_URI" in answer.of("model_registry_store").remedy


def test_a_plugin_that_replaces_a_built_in_is_named(found: Installed) -> None:
    reach = of("s3://bucket/key", found, "artifact_repository")
    assert reach.by == "files-plugin 1.0"
    assert "replaces MLflow's own" in reach.detail


def test_the_file_store_raises_unless_it_is_allowed(found: Installed) -> None:
    assert of("file:///tmp/x", found).state == "refused"
    allowed = resolve.resolve("file:///tmp/x", found, {"MLFLOW_ALLOW_FILE_STORE": "True"})
    assert allowed.of("tracking_store").state == "reached"
    assert of("file:///tmp/x", found, "artifact_repository").state == "reached"


@pytest.mark.parametrize(
    ("uri", "state", "sentence"),
    [
        ("s3://bucket", "not reached", "s3 is an artifact repository only, not a tracking store"),
        ("files://x", "not reached", "files is an artifact repository only"),
        ("nothing://x", "not reached", "no plugin that is installed here has the scheme nothing"),
        ("acne://x", "not reached", "nothing here has the scheme acne"),
        ("htps://host", "not reached", "nothing here has the scheme htps"),
        ("upper://x", "not reached", "slips registers 'Upper', which no URI reaches"),
        ("under-score:x", "not reached", "slips registers 'under_score', which no URI reaches"),
        ("under_score:x", "astray", "'under_score' is no URI scheme (may not have an underscore)"),
        ("1acme:x", "astray", "'1acme' is no URI scheme (must start with a letter)"),
        ("typo:x", "not reached", "in the group mlflow.tracking_stores, which no MLflow reads"),
        ("acme", "astray", "without a colon acme is no scheme"),
        ("Acme", "astray", "without a colon Acme is no scheme"),
        ("http//host:5000", "astray", "the colon after http is missing"),
        ("localhost:5000", "not reached", "localhost:5000 has no scheme"),
        ("my.host:5000/x", "not reached", "my.host:5000 has no scheme"),
        ("127.0.0.1:5000", "astray", "127.0.0.1:5000 has no scheme"),
        ("mysqlx://h", "not reached", "begins like a database engine for one, and knows no mysqlx"),
        ("sqlite+a+b://h", "not reached", "more than one + for a mistake"),
        ("malformed:x", "not reached", "is no object reference"),
        ("databricks-uc", "refused", "MLflow keeps no runs in Unity Catalog"),
        ("./mlruns", "refused", "the file store of MLflow"),
        (r"C:\mlruns", "refused", "the file store of MLflow"),
        ("http://[::1", "not reached", "it is no URI"),
    ],
)
def test_every_way_to_miss_has_its_explanation(
    found: Installed, uri: str, state: str, sentence: str
) -> None:
    reach = of(uri, found)
    assert reach.state == state
    assert sentence in reach.detail
    assert reach.remedy


def test_near_names_are_offered(found: Installed) -> None:
    assert "acme:" in of("acne://x", found).remedy
    assert "postgresql:" in of("postgres://h/d", found).remedy


def test_only_what_a_uri_reaches_decides(found: Installed) -> None:
    def reached(uri: str) -> bool:
        return resolve.resolve(uri, found, {}).reached

    assert reached("s3://bucket")  # an artifact repository
    assert reached("sqlite:///x.db")
    assert not reached("typo:x")
    assert not reached("localhost:5000")
    assert not reached("under_score:x")  # a local folder is not what was meant
    assert not reached("rocket:/x")  # a deployment target is no store


def test_advice_to_install_is_left_out_where_the_reason_is_known(found: Installed) -> None:
    answer = resolve.resolve("typo:x", found, {})
    assert answer.of("artifact_repository").remedy == ""


# ---------------------------------------------------------------------------------------------
# Loading, older and missing MLflow


def test_loading_shows_what_metadata_cannot(environment: Environment, found: Installed) -> None:
    circular, acme = (resolve.resolve(uri, found, {}) for uri in ("circular:x", "acme:x"))
    assert circular.reached
    plugins = [answer.of("tracking_store").plugin for answer in (circular, acme)]
    loads = load_plugins(environment, found, [item for item in plugins if item]).plugins
    after = resolve.with_loads(circular, loads)
    assert not after.reached
    assert "circular import" in after.of("tracking_store").detail
    assert resolve.with_loads(acme, loads).of("tracking_store").detail == "loads"


@pytest.fixture
def without_mlflow(tmp_path: Path) -> Installed:
    made = make_environment(tmp_path / "venv")
    make_distribution(
        site_packages(made), "acme", entry_points={"mlflow.tracking_store": {"acme": "acme:X"}}
    )
    return find_installed(made)


def test_without_mlflow_nothing_is_reached_and_that_is_said(without_mlflow: Installed) -> None:
    answer: Resolution = resolve.resolve("acme:x", without_mlflow, {})
    assert not answer.reached
    assert {item.detail for item in answer.reaches} == {"MLflow is not installed"}


def test_without_sqlalchemy_databases_are_not_reached(tmp_path: Path) -> None:
    """mlflow-skinny comes without it, and registers no database then."""
    made = make_environment(tmp_path / "venv")
    site = site_packages(made)
    (site / "mlflow").symlink_to(own_site_packages() / "mlflow")
    make_distribution(site, "mlflow-skinny", "3.17.2")
    found = find_installed(made)
    assert found.mlflow_version == "3.17.2"
    assert "SQLAlchemy" in of("sqlite:///x.db", found).detail
    assert of("http://host", found).state == "reached"


def test_an_older_mlflow_says_which_groups_it_lacks(tmp_path: Path) -> None:
    made = make_environment(tmp_path / "venv")
    site = site_packages(made)
    make_distribution(
        site,
        "mlflow",
        "2.22.0",
        modules={
            "mlflow/__init__.py": "",
            "mlflow/version.py": 'VERSION = "2.22.0"',
            "mlflow/tracking/__init__.py": "",
            "mlflow/tracking/_tracking_service/__init__.py": "",
            "mlflow/tracking/_tracking_service/utils.py": 'r.register("http", x)',
        },
    )
    found = find_installed(made)
    assert of("http://host", found).state == "reached"
    reach = of("http://host", found, "workspace_provider")
    assert "3.10 brought it" in reach.detail
