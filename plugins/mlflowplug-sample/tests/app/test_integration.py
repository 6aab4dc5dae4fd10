"""A real server with the plugin, as people and MLflow's clients meet it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import mlflow
import pytest
import requests
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from mlflowplug_sample.app.key_file import KeyFile

from .every_route import Call, every_call
from .live_server import START, Server, command, environment, free_port, running

EVERY_CALL = every_call()
KEYS = "/api/sample/v1/keys"
WHOAMI = "/api/sample/v1/whoami"
CLIENT = "mlflowplug_sample.app_client"
OPEN = {("GET", "/health"), ("HEAD", "/health"), ("GET", "/version"), ("HEAD", "/version")}


@pytest.fixture
def session() -> requests.Session:
    return requests.Session()


def status(session: requests.Session, url: str, call: Call, key: str | None = None) -> int:
    request = requests.Request(call.method, url + call.path)
    if key:
        request.headers["Authorization"] = f"Bearer {key}"
    # The answer of this route, not of where it points, and not all of it.
    with session.send(request.prepare(), timeout=60, allow_redirects=False, stream=True) as answer:
        code: int = answer.status_code
        return code


def test_there_are_hundreds_of_routes_of_both_frameworks() -> None:
    """The test below proves nothing when it does not find them."""
    paths = {call.path for call in EVERY_CALL}
    assert len(EVERY_CALL) > 200
    assert "/v1/traces" in paths  # FastAPI's
    assert "/ajax-api/2.0/mlflow/runs/create" in paths  # Flask's
    assert KEYS in paths  # ours


def test_every_route_needs_a_key(server: Server, session: requests.Session) -> None:
    answers = {call: status(session, server.url, call) for call in EVERY_CALL}
    wrong = {call: got for call, got in answers.items() if got != 401 and tuple(call) not in OPEN}
    assert not wrong
    assert {answers[call] for call in EVERY_CALL if tuple(call) in OPEN} == {200}


def test_a_key_opens_every_route(server: Server, session: requests.Session, admin_key: str) -> None:
    # MLflow takes seconds to make its demo.
    calls = [call for call in EVERY_CALL if not call.path.endswith("/demo/generate")]
    assert 401 not in {status(session, server.url, call, admin_key) for call in calls}


@pytest.mark.parametrize(
    "path",
    ["/health/", "//health", "/x/../health", "/health/x", "/Health", "/version%2f", "/health;x"],
)
def test_only_the_exact_paths_are_open(server: Server, path: str) -> None:
    request = requests.Request("GET", server.url).prepare()
    request.url = server.url + path  # as it stands: requests would tidy it up
    assert requests.Session().send(request, timeout=60, allow_redirects=False).status_code == 401


def test_an_artifact_cannot_be_put_without_a_key(server: Server, folder: Path) -> None:
    """FastAPI answers this route itself: Flask's before_request never sees it."""
    for path in ("api", "ajax-api"):
        url = f"{server.url}/{path}/2.0/mlflow-artifacts/artifacts/evil.txt"
        assert requests.put(url, data=b"evil", timeout=60).status_code == 401
    assert not [*folder.glob("artifacts/**/evil.txt")]


@pytest.mark.parametrize("basic", [False, True])
def test_a_client_logs_a_run_and_an_artifact(
    server: Server, admin_key: str, monkeypatch: pytest.MonkeyPatch, basic: bool, tmp_path: Path
) -> None:
    if basic:
        monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "admin")
        monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", admin_key)
    else:
        monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", admin_key)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server.url)
    client = MlflowClient()
    run_id = client.create_run("0").info.run_id
    client.log_metric(run_id, "loss", 0.5)
    client.log_text(run_id, "all is well", "notes.txt")
    assert client.get_run(run_id).data.metrics == {"loss": 0.5}
    found = mlflow.artifacts.download_artifacts(
        run_id=run_id, artifact_path="notes.txt", dst_path=str(tmp_path)
    )
    assert Path(found).read_text() == "all is well"


def test_a_client_without_a_key_is_told_so(server: Server) -> None:
    with pytest.raises(MlflowException, match="MLFLOW_TRACKING_TOKEN"):
        MlflowClient(server.url).search_experiments()


def test_browsers_are_asked_for_a_key(server: Server, admin_key: str) -> None:
    refused = requests.get(server.url, timeout=60)
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith("Basic ")
    page = requests.get(server.url, auth=("admin", admin_key), timeout=60)
    assert page.status_code == 200
    assert "html" in page.headers["Content-Type"]


def test_keys_are_managed_while_the_server_runs(server: Server, admin_key: str) -> None:
    keys = server.url + KEYS
    admin = {"Authorization": f"Bearer {admin_key}"}
    made = requests.post(keys, json={"name": "alice"}, headers=admin, timeout=60)
    assert made.status_code == 201
    alice = {"Authorization": f"Bearer {made.json()['key']}"}
    assert requests.get(keys, headers=alice, timeout=60).status_code == 403
    rotated = requests.post(f"{keys}/alice/rotate", headers=alice, timeout=60)
    assert requests.post(f"{keys}/alice/rotate", headers=alice, timeout=60).status_code == 401
    alice = {"Authorization": f"Bearer {rotated.json()['key']}"}
    assert requests.post(f"{keys}/admin/rotate", headers=alice, timeout=60).status_code == 403
    assert requests.delete(f"{keys}/alice", headers=admin, timeout=60).status_code == 200
    assert requests.get(keys, headers=alice, timeout=60).status_code == 401


def test_the_client_manages_them_as_well(
    server: Server, admin_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip(CLIENT, reason="the plugin has no app.client")
    from mlflow.server import get_app_client

    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", admin_key)
    client = get_app_client("sample", server.url)
    made = client.create_key("bob")
    assert made.key.startswith("sample-")
    assert "bob" in [info.name for info in client.list_keys()]
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", made.key)
    assert client.whoami().name == "bob"
    with pytest.raises(MlflowException, match="admin"):
        client.delete_key("admin")


def test_no_key_is_printed(server: Server, admin_key: str, key_file: KeyFile) -> None:
    requests.get(server.url, headers={"Authorization": "Bearer wrong-key-0123456789"}, timeout=60)
    said = server.log.read_text()
    assert "A key was refused" in said
    assert "wrong-key-0123456789" not in said
    assert admin_key not in said
    assert admin_key not in key_file.path.read_text()


def test_a_static_prefix_opens_nothing(folder: Path, key_file: KeyFile, admin_key: str) -> None:
    variables = {"SAMPLE_KEYS_FILE": str(key_file.path)}
    with running(folder, "--static-prefix", "/team", prefix="/team", **variables) as server:
        root = server.url.removesuffix("/team")
        for url in (root, server.url):
            for path in ("/", "/ajax-api/2.0/mlflow/experiments/search", "/graphql", "/metrics"):
                assert requests.get(url + path, timeout=60).status_code == 401
        assert requests.get(f"{root}/health", timeout=60).status_code == 401
        assert requests.get(f"{server.url}/version", timeout=60).status_code == 200
        who = requests.get(server.url + WHOAMI, auth=("admin", admin_key), timeout=60)
        assert who.json()["name"] == "admin"


@pytest.mark.parametrize(
    ("options", "variables", "reason"),
    [
        ((), {}, "No keys are configured"),
        (("--workers", "2"), {}, "No keys are configured"),
        (("--gunicorn-opts", "--timeout 60"), {"KEYS": "a=0123456789abcdefghij"}, "gunicorn"),
    ],
)
def test_it_does_not_start_open(
    tmp_path: Path, options: tuple[str, ...], variables: dict[str, str], reason: str
) -> None:
    named = {f"SAMPLE_{name}": value for name, value in variables.items()}
    done = subprocess.run(
        command(tmp_path, free_port(), *options),
        env=environment(**named),
        capture_output=True,
        text=True,
        timeout=START,
    )
    assert "The server does not start" in done.stderr
    assert reason in done.stderr
    assert "0123456789abcdefghij" not in done.stdout + done.stderr
