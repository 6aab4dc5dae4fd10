"""The quick start of MLflow's plugin page, for real: the sample's stores, a server, a browser."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rendered_plugins import CHECKOUT, environment_over_ours, install, run

from mlflowplug import environments
from mlflowplug.bundled import bundled
from mlflowplug.demo import wait_for

pytestmark = pytest.mark.slow

QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    "GIT_PYTHON_REFRESH": "quiet",
}
SECONDS = 60_000.0
"""How long the browser may wait for anything, in milliseconds."""

READ = """
import json, sys
import mlflow

run = mlflow.get_run(sys.argv[1])
model = mlflow.MlflowClient().get_registered_model("line")
traces = mlflow.search_traces(
    locations=[run.info.experiment_id], return_type="list", include_spans=True
)
print(json.dumps({
    "experiment_id": run.info.experiment_id,
    "run_id": run.info.run_id,
    "status": run.info.status,
    "params": dict(run.data.params),
    "version": str(model.latest_versions[0].version),
    "model": float(mlflow.sklearn.load_model("models:/line/1").predict([[2.0]])[0]),
    "spans": [span.name for trace in traces for span in trace.data.spans],
}))
"""


def training_script() -> str:
    """The script that the README shows."""
    readme = (CHECKOUT / "README.md").read_text("utf-8")
    blocks: list[str] = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    return next(block for block in blocks if block.startswith("# train.py"))


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with the whole sample installed: every plugin type at once."""
    python = environment_over_ours(tmp_path_factory.mktemp("environment"))
    install(python, bundled("plugins") / "mlflowplug-sample")
    return python


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("quickstart")
    (folder / "train.py").write_text(training_script(), "utf-8")
    return folder


@pytest.fixture(scope="module")
def server(python: Path, folder: Path) -> Iterator[str]:
    """The URL of an MLflow server: the sample's store and registry, its artifacts behind them."""
    port, log = environments.free_port(), folder / "server.log"
    url = f"http://127.0.0.1:{port}"
    with log.open("w") as file:
        process = environments.start(
            [python, "-m", "mlflow", "server", "--backend-store-uri", f"sample:{folder}/store.db",
             "--registry-store-uri", f"sample:{folder}/store.db",
             "--artifacts-destination", f"sample:{folder}/artifacts",
             "--host", "127.0.0.1", "--port", str(port), "--workers", "1"],
            cwd=folder,
            variables=os.environ | QUIET,
            stdout=file.fileno(),
            stderr=file.fileno(),
        )  # fmt: skip
    try:
        wait_for(url, process, log)
        yield url
    finally:
        environments.stop(process, grace_seconds=5)


def train(python: Path, folder: Path, uri: str) -> dict[str, Any]:
    """Run the README's script against a tracking URI; what is read back afterwards."""
    variables = QUIET | {"MLFLOW_TRACKING_URI": uri}
    run_id = run(str(python), "train.py", cwd=folder, **variables).splitlines()[-1]
    done = run(str(python), "-c", READ, run_id, cwd=folder, **variables)
    answer: dict[str, Any] = json.loads(done.splitlines()[-1])
    return answer


@pytest.fixture(scope="module")
def trained(python: Path, folder: Path, server: str) -> dict[str, Any]:
    return train(python, folder, server)


EXPECTED = {
    "status": "FINISHED",
    "params": {"alpha": "0.5"},
    "version": "1",
    "spans": ["predict"],
}


def test_training_straight_into_the_store(python: Path, folder: Path) -> None:
    found = train(python, folder, f"sample:{folder}/direct.db")
    assert found.items() >= EXPECTED.items()


def test_training_through_a_server(trained: dict[str, Any], folder: Path) -> None:
    assert trained.items() >= EXPECTED.items()
    assert list((folder / "artifacts").rglob("notes.txt")), "artifacts go through the repository"


# ---------------------------------------------------------------------------------------------
# MLflow's UI


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A page of headless Chromium that keeps screenshots; skipped where there is no browser."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if browser is None:
        pytest.skip("there is no Chromium here (Debian: apt-get install chromium)")
    api = pytest.importorskip("playwright.sync_api")
    with api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=browser,
            args=["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                  "--disable-background-networking", "--disable-component-update",
                  "--disable-sync"],
        )  # fmt: skip
        page = chromium.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(SECONDS)
        yield page
        chromium.close()


@pytest.fixture
def screenshots() -> Path:
    """Where the pictures are kept, to be looked at: SCREENSHOTS, or a folder of the test's."""
    folder = Path(os.environ.get("SCREENSHOTS", "build/screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def test_the_ui_shows_the_run_its_chart_and_its_artifact(
    page: Any, server: str, trained: dict[str, Any], screenshots: Path
) -> None:
    refused: list[str] = []
    page.on("response", lambda r: refused.append(f"{r.status} {r.url}") if r.status >= 500 else 0)
    experiment = f"{server}/#/experiments/{trained['experiment_id']}"
    page.goto(f"{experiment}/runs")
    page.get_by_text("first").first.wait_for()
    page.screenshot(path=screenshots / "runs.png")
    address = f"{experiment}/runs/{trained['run_id']}"
    page.goto(address)
    page.get_by_text(trained["run_id"]).first.wait_for()
    page.get_by_text("alpha").first.wait_for(state="attached")
    page.screenshot(path=screenshots / "run.png")
    page.goto(f"{address}/model-metrics")
    page.locator("svg.main-svg").first.wait_for()
    page.screenshot(path=screenshots / "chart.png")
    page.goto(f"{address}/artifacts")
    page.get_by_text("notes.txt").first.click()
    page.get_by_text("all is well").first.wait_for()
    page.screenshot(path=screenshots / "artifact.png")
    assert refused == []


def test_the_ui_shows_the_model_and_the_trace(
    page: Any, server: str, trained: dict[str, Any], screenshots: Path
) -> None:
    page.goto(f"{server}/#/models/line")
    page.get_by_text("Version 1").first.wait_for()
    page.screenshot(path=screenshots / "model.png")
    page.goto(f"{server}/#/experiments/{trained['experiment_id']}/traces")
    page.get_by_text('{"x": 2.0}').first.wait_for()  # what the traced function was called with
    page.screenshot(path=screenshots / "traces.png")


def test_nothing_was_written_beside_the_stores(trained: dict[str, Any], folder: Path) -> None:
    assert trained
    names = {path.name.removesuffix("-wal").removesuffix("-shm") for path in folder.iterdir()}
    assert names == {"train.py", "server.log", "store.db", "direct.db", "artifacts"}
