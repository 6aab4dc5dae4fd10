"""The plugin as users meet it: through MLflow's API, its server, and the entry point."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import mlflow
import pytest
from mlflow.exceptions import MlflowException

from .recorder import Recorder
from .server import running_server

MODEL = """
import mlflow

class Double(mlflow.pyfunc.PythonModel):
    def predict(self, model_input: list[float]) -> list[float]:
        return [2 * number for number in model_input]

mlflow.models.set_model(Double())
"""
LOADS = """
import mlflow
from mlflow.tracking._model_registry.utils import _get_store
print(type(_get_store("sample:" + {path!r})).__name__)
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[mlflow.MlflowClient]:
    """Runs in MLflow's own store, models in this one."""
    folder = tmp_path_factory.mktemp("integration")
    with pytest.MonkeyPatch.context() as patch:
        # What the calls below set, for child processes too, is taken back.
        patch.setenv("MLFLOW_TRACKING_URI", "")
        patch.setenv("MLFLOW_REGISTRY_URI", "")
        mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
        mlflow.set_registry_uri(f"sample:{folder}/store.db")
        experiment = mlflow.create_experiment("integration", str(folder / "artifacts"))
        mlflow.set_experiment(experiment_id=experiment)
        (folder / "double.py").write_text(MODEL)
        yield mlflow.MlflowClient()
        mlflow.set_tracking_uri(None)
        mlflow.set_registry_uri(None)


@pytest.fixture(scope="module")
def code(client: mlflow.MlflowClient) -> str:
    """A model's code."""
    registry_uri: str = mlflow.get_registry_uri()
    return registry_uri.partition(":")[2].replace("store.db", "double.py")


def test_a_model_is_registered_as_it_is_logged(client: mlflow.MlflowClient) -> None:
    model = pytest.importorskip("sklearn.linear_model").LinearRegression()
    model.fit([[0.0], [1.0], [2.0]], [0.0, 2.0, 4.0])
    with mlflow.start_run() as run:
        mlflow.sklearn.log_model(
            model, name="line", registered_model_name="line", pip_requirements=[]
        )
    client.set_registered_model_alias("line", "champion", "1")
    loaded = mlflow.sklearn.load_model("models:/line@champion")
    assert loaded.predict([[3.0]])[0] == pytest.approx(6.0)
    (version,) = client.search_model_versions(f"run_id = '{run.info.run_id}'")
    assert (version.name, version.version, version.current_stage) == ("line", 1, "None")


def test_a_logged_model_is_registered_later(client: mlflow.MlflowClient, code: str) -> None:
    with mlflow.start_run() as run:
        logged = mlflow.pyfunc.log_model(name="double", python_model=code, pip_requirements=[])
    for uri in (logged.model_uri, f"runs:/{run.info.run_id}/double"):
        version = mlflow.register_model(uri, "double", tags={"quality": "good"})
        assert (version.run_id, version.tags) == (run.info.run_id, {"quality": "good"})
    for uri in ("models:/double/1", "models:/double/latest"):
        assert mlflow.pyfunc.load_model(uri).predict([1.0]) == [2.0]
    copy = client.copy_model_version("models:/double/2", "copy")
    assert mlflow.pyfunc.load_model(f"models:/copy/{copy.version}").predict([1.0]) == [2.0]


def test_prompts_are_registered_loaded_and_found(client: mlflow.MlflowClient) -> None:
    text = "Translate {{text}} into {{language}}."
    for end in ("", " Be brief."):
        mlflow.genai.register_prompt("translate", text + end, tags={"team": "blue"})
    mlflow.genai.set_prompt_alias("translate", "brief", 2)
    brief = mlflow.genai.load_prompt("prompts:/translate@brief")
    assert brief.format(text="yes", language="French") == "Translate yes into French. Be brief."
    assert mlflow.genai.load_prompt("translate", version=1).template == text
    found = mlflow.genai.search_prompts("name = 'translate'")
    assert [one.name for one in found] == ["translate"]
    assert client.search_registered_models("name = 'translate'") == []
    with pytest.raises(MlflowException, match="taken by a prompt"):
        client.create_registered_model("translate")


def test_a_prompt_is_linked_to_a_run_a_model_and_a_trace(client: mlflow.MlflowClient) -> None:
    prompt = mlflow.genai.register_prompt("linked", "text")
    with mlflow.start_span("call") as span:
        pass
    mlflow.flush_trace_async_logging()
    client.link_prompt_versions_to_trace([prompt], span.trace_id)
    with mlflow.start_run() as run:
        model = mlflow.create_external_model(name="agent")
        client.link_prompt_version_to_run(run.info.run_id, "prompts:/linked/1")
        client.link_prompt_version_to_model("linked", "1", model.model_id)
    for tags in (
        mlflow.get_run(run.info.run_id).data.tags,
        mlflow.get_logged_model(model.model_id).tags,
        mlflow.get_trace(span.trace_id).info.tags,
    ):
        linked = json.loads(tags["mlflow.linkedPrompts"])
        assert linked == [{"name": "linked", "version": "1"}]


def test_one_of_many_threads_creates_a_model(client: mlflow.MlflowClient, code: str) -> None:
    def create(_: int) -> str:
        try:
            client.create_registered_model("contested")
        except MlflowException as error:
            return str(error.error_code)
        return "created"

    with ThreadPoolExecutor(8) as pool:
        outcomes = sorted(pool.map(create, range(8)))
        versions = pool.map(lambda _: client.create_model_version("contested", code), range(8))
        numbers = sorted(int(one.version) for one in versions)
    assert outcomes == ["RESOURCE_ALREADY_EXISTS"] * 7 + ["created"]
    assert numbers == list(range(1, 9))


def test_mlflows_server_keeps_models_and_delivers_webhooks(
    tmp_path: Path, recorder: Recorder
) -> None:
    registry = f"sample:{tmp_path}/store.db"
    with running_server(f"sqlite:///{tmp_path}/mlflow.db", registry, tmp_path) as uri:
        client = mlflow.MlflowClient(uri, uri)
        hook = client.create_webhook(
            "hook", recorder.url, ["model_version.created"], secret="a secret"
        )
        assert hook.secret is None
        client.create_registered_model("served")
        version = client.create_model_version("served", "s3://bucket/model")
        client.set_registered_model_alias("served", "champion", version.version)
        assert client.get_model_version_by_alias("served", "champion").aliases == ["champion"]
        _, body = recorder.request()
    assert json.loads(body)["data"]["name"] == "served"


def test_the_store_loads_in_a_process_that_only_imported_mlflow(tmp_path: Path) -> None:
    code = LOADS.format(path=f"{tmp_path}/store.db")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "SampleModelRegistryStore", done.stderr
