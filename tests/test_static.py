"""The analysis by source: MLflow's own classes have no faults, and builders are followed."""

from __future__ import annotations

import ast
from pathlib import Path

import live_mlflow
import pytest
from fake_environment import make_distribution

from mlflowplug.builders import why_no_object
from mlflowplug.discovery import Installed, Plugin, find_installed, judge, values_of
from mlflowplug.inside import installed as installed_script
from mlflowplug.plugin_types import GROUPS
from mlflowplug.signatures import FunctionNode
from mlflowplug.static import Analysis, analyse

MLFLOWS_OWN_FAULTS = {
    "mlflow.data.uc_volume_dataset_source:UCVolumeDatasetSource": {
        # It stands for a volume that only Databricks can read, and inherits the empty `load`.
        "missing load",
    },
    "mlflow.store.artifact.databricks_sdk_artifact_repo:DatabricksSdkArtifactRepository": {
        # Its own docstring says that it cannot delete; what it inherits does nothing.
        "silent delete_artifacts",
    },
}

MADE_AT_RUN_TIME = (
    "mlflow.data.artifact_dataset_sources:",
    "_get_databricks_uc_rest_store",
    "_get_sqlalchemy_store",
    "_dbfs_artifact_repo_factory",
)
"""What MLflow builds with code that no reader of source can follow: unknown, which is no fault."""

MORE = (
    ("tracking_store", "mlflow.store.tracking.sqlalchemy_store:SqlAlchemyStore"),
    ("tracking_store", "mlflow.store.tracking.rest_store:RestStore"),
    ("model_registry_store", "mlflow.store.model_registry.sqlalchemy_store:SqlAlchemyStore"),
    ("model_registry_store", "mlflow.store.model_registry.rest_store:RestStore"),
    ("artifact_repository",
     "mlflow.store.artifact.databricks_sdk_artifact_repo:DatabricksSdkArtifactRepository"),
    ("artifact_repository",
     "mlflow.store.artifact.dbfs_artifact_repo:DbfsRestArtifactRepository"),
    ("workspace_provider", "mlflow.store.workspace.sqlalchemy_store:SqlAlchemyStore"),
    ("workspace_provider", "mlflow.store.workspace.rest_store:RestWorkspaceStore"),
)  # fmt: skip
"""Classes behind MLflow's own builders."""


@pytest.fixture(scope="module")
def installed() -> Installed:
    return find_installed()


def faults(analysis: Analysis) -> set[str]:
    return {
        *(f"missing {method.name}" for method in analysis.missing),
        *(f"silent {method.name}" for method in analysis.silent),
        *(f"empty {method.name}" for method in analysis.empty),
        *(f"mismatch {item.method.name}: {item.reason}" for item in analysis.mismatches),
    }


def look_at(kind: str, value: str, installed: Installed) -> Analysis:
    analysis = analyse(Plugin(kind, f"mlflow.{kind}", "x", value, "mlflow", "1"), installed)
    assert analysis is not None
    return analysis


@pytest.mark.parametrize("kind", live_mlflow.TYPES)
def test_what_mlflow_registers_itself_has_no_faults(kind: str, installed: Installed) -> None:
    for value in set(live_mlflow.registered()[kind].values()):
        analysis = look_at(kind, value, installed)
        assert faults(analysis) == MLFLOWS_OWN_FAULTS.get(value, set()), value
        assert not analysis.unbound, value
        if not any(part in value for part in MADE_AT_RUN_TIME):
            assert analysis.definition is not None, value
            assert analysis.is_readable or kind == "dataset_constructor", value


@pytest.mark.parametrize(("kind", "value"), MORE, ids=lambda item: str(item).split(":")[-1])
def test_the_classes_behind_mlflows_builders_have_no_faults(
    kind: str, value: str, installed: Installed
) -> None:
    analysis = look_at(kind, value, installed)
    assert analysis.is_readable
    assert faults(analysis) == MLFLOWS_OWN_FAULTS.get(value, set())


def test_mlflows_tracking_store_has_every_capability(installed: Installed) -> None:
    analysis = look_at("tracking_store", MORE[0][1], installed)
    states = dict(analysis.capabilities)
    assert states["log_batch"] == states["create_logged_model"] == "implemented"
    assert len(states) > 100


# ---------------------------------------------------------------------------------------------
# Small plugins


def analysed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, source: str, value: str = "acme:It"
) -> Analysis:
    make_distribution(
        tmp_path,
        "acme",
        entry_points={f"mlflow.{kind}": {"acme": value}},
        modules={"acme.py": source},
    )
    monkeypatch.syspath_prepend(tmp_path)
    found = judge(values_of(installed_script.read_environment()))
    analysis = analyse(found.of_distribution("acme")[0], found)
    assert analysis is not None
    return analysis


CONTEXT = """
from mlflow.tracking.context.abstract_context import RunContextProvider
class Base(RunContextProvider):
    def in_context(self): return True
    def tags(self): return {}
"""


@pytest.mark.parametrize(
    ("source", "classes", "unbound"),
    [
        ("class It(Base): ...", ["It"], False),
        ("def It():\n    return Base()", ["Base"], False),
        ("def It():\n    provider = Base()\n    return provider", ["Base"], False),
        ("def It():\n    class Inner(Base): ...\n    return Inner()", ["Inner"], False),
        ("def It(flag=1):\n    if flag:\n        return Base()\n    return Base()", ["Base"],
         False),
        ("def It(team):\n    return Base()", ["Base"], True),
        ("class It(Base):\n    def __init__(self, team): ...", ["It"], True),
        ("class It(Base):\n    def __init__(self, *args, **kwargs): ...", ["It"], False),
        ("class It(Base):\n    def __new__(cls, team): ...", ["It"], False),
        ("It = Base", ["Base"], False),
        ("It = make()", [], False),
        ("@decorate\ndef It(team):\n    return Base()", ["Base"], False),
        ("if True:\n    class It(Base): ...\nelse:\n    It = None", ["It"], False),
        ("try:\n    import nothing\nexcept ImportError:\n    nothing = None\nIt = Base", ["Base"],
         False),
    ],
)  # fmt: skip
def test_the_working_classes_and_mlflows_call(
    source: str,
    classes: list[str],
    unbound: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    analysis = analysed(tmp_path, monkeypatch, "run_context_provider", CONTEXT + source)
    assert [info.name for info in analysis.classes] == classes
    assert bool(analysis.unbound) == unbound
    assert not faults(analysis)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def tags(self): ...", {"empty tags"}),
        ("def tags(self): 'Documented.'", {"empty tags"}),
        ("def tags(self): raise NotImplementedError", set()),
        ("def tags(self, extra=None): return {}", set()),
        ("def tags(self, extra): return {}",
         {"mismatch tags: missing a required argument: 'extra'"}),
        ("tags = staticmethod(dict)", set()),
        ("@property\n    def tags(self): return {}", set()),
        ("@staticmethod\n    def tags(): return {}", set()),
        ("@classmethod\n    def tags(cls): return {}", set()),
        ("@classmethod\n    def tags(cls, extra): return {}",
         {"mismatch tags: missing a required argument: 'extra'"}),
        ("async def tags(self): return {}",
         {"mismatch tags: it is a coroutine function, and MLflow does not await it"}),
        ("def tags(self): return None", set()),
    ],
)  # fmt: skip
def test_faults_of_a_method(
    source: str, expected: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f"{CONTEXT}class It(Base):\n    {source}\n"
    assert faults(analysed(tmp_path, monkeypatch, "run_context_provider", text)) == expected


STORE = """
from mlflow.store.tracking.abstract_store import AbstractStore
class It(AbstractStore):
    {source}
"""


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        # given data that is dropped, or asked for what MLflow needs
        ("def log_metric(self, run_id, metric): return", {"log_metric"}),
        ("def log_batch(self, run_id, metrics, params, tags): return None", {"log_batch"}),
        ("def delete_run(self, run_id):\n        'Delete it.'\n        return", {"delete_run"}),
        ("def set_experiment_tag(self, experiment_id, tag): return None", {"set_experiment_tag"}),
        ("def get_run(self, run_id): return None", {"get_run"}),
        # nothing to be done, or an answer
        ("def supports_workspaces(self): return None", set()),
        ("def log_metric(self, run_id, metric): return print(metric)", set()),
        ("def _hook(self, run_id): return None", set()),
    ],
)  # fmt: skip
def test_return_none_alone_is_empty_where_something_is_owed(
    source: str, expected: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = STORE.format(source=source)
    found = analysed(tmp_path, monkeypatch, "tracking_store", text)
    assert {method.name for method in found.empty} == expected


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("async def It(): return Base()", "is a coroutine function"),
        ("def It(): yield Base()", "is a generator"),
        ("async def It(): yield Base()", "is a generator"),
        ("def It(): return 3", "returns 3"),
        ("def It():\n    if x:\n        return 'a'\n    return None", "returns 'a'"),
        ("def It(): return {'a': Base()}", "returns {'a': Base()}"),
        ("def It():\n    found = 3\n    return found", "returns 3"),
        ("def It(): pass", "returns nothing"),
        ("def It(): return", "returns nothing"),
        ("def It():\n    base = Base()", "returns nothing"),
        ("@cache\ndef It(): return 3", "returns 3"),
        ("@decorate\ndef It(): return 3", None),
        ("def It(): return Base()", None),
        ("def It():\n    if x:\n        return None\n    return Base()", None),
        ("def It():\n    found = None\n    found = Base()\n    return found", None),
        ("def It(): raise NotImplementedError", None),
        ("def It():\n    leave()", None),
        ("def It():\n    def inner(): return 3\n    return inner()", None),
    ],
)
def test_what_a_builder_cannot_answer(source: str, reason: str | None) -> None:
    node = ast.parse(source).body[0]
    assert isinstance(node, FunctionNode)
    found = why_no_object(node)
    assert found is None if reason is None else reason in (found or "")


@pytest.mark.parametrize(
    ("source", "value", "classes", "call_unknown"),
    [
        ("class F:\n    @classmethod\n    def build(cls): return Base()\n", "F.build",
         ["Base"], ""),
        ("class F:\n    @classmethod\n    def build(cls): return cls()\n", "F.build", [], ""),
        ("class F:\n    @staticmethod\n    def build(): return Base()\n", "F.build", ["Base"], ""),
        ("class G:\n    @classmethod\n    def build(cls): return Base()\nclass F(G): ...\n",
         "F.build", ["Base"], ""),
        ("def It(Base): return Base()\n", "It", [], ""),
        ("def It():\n    it = Base()\n    it = wrap(it)\n    return it\n", "It", [], ""),
        ("class It(Base): ...\nregister(It)\n", "It", ["It"],
         "its decorator, metaclass or base, or other code, may change its members"),
    ],
)  # fmt: skip
def test_ways_to_a_builder(
    source: str,
    value: str,
    classes: list[str],
    call_unknown: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = analysed(
        tmp_path, monkeypatch, "run_context_provider", CONTEXT + source, f"acme:{value}"
    )
    assert [info.name for info in found.classes] == classes
    assert found.call_unknown == call_unknown or not classes
    assert not found.unbound or source.startswith("def It(Base)")


def test_a_class_that_the_entry_points_module_changes_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other_acme.py").write_text(f"{CONTEXT}class It(Base): ...\n", "utf-8")
    text = "from other_acme import It\nIt.tags = 5\n"
    found = analysed(tmp_path, monkeypatch, "run_context_provider", text)
    assert found.unknown == "acme changes the class It"
    assert not found.is_readable


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def update_endpoint(self, endpoint, config=None): return config", set()),
        ("def update_endpoint(self, config=None): return config",
         {"mismatch update_endpoint: got an unexpected keyword argument 'endpoint'"}),
        ("def predict(self, deployment_name=None, inputs=None): return inputs", set()),
    ],
)  # fmt: skip
def test_an_argument_that_mlflow_looks_for_may_be_left_out_where_it_is_optional(
    source: str, expected: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f"from mlflow.deployments import BaseDeploymentClient as B\nclass It(B):\n    {source}\n"
    found = faults(analysed(tmp_path, monkeypatch, "deployments", text, "acme"))
    assert {fault for fault in found if not fault.startswith("missing")} == expected


def test_an_ancestor_out_of_sight_is_unknown_not_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "from compiled_thing import Base\nclass It(Base): ...\n"
    analysis = analysed(tmp_path, monkeypatch, "run_context_provider", text)
    assert not analysis.is_readable
    assert not faults(analysis)
    assert analysis.call_unknown == "an ancestor's source was not found"


def test_every_group_has_a_type() -> None:
    assert len(GROUPS) == 19
