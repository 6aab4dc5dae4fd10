"""The target as users meet it: real models, real servers."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psutil
import pytest
from click.testing import CliRunner
from mlflow.deployments import BaseDeploymentClient, get_deploy_client
from mlflow.deployments.cli import commands
from mlflow.exceptions import MlflowException

from mlflowplug_sample.deployments.location import TARGET

TWO = np.array([[2.0]])


def predicted(client: BaseDeploymentClient, name: str | None, **options: Any) -> float:
    response = client.predict(name, TWO, **options)
    return float(response.get_predictions("ndarray")[0])


def processes(pid: int) -> list[psutil.Process]:
    server = psutil.Process(pid)
    return [server, *server.children(recursive=True)]


def wait_until_gone(family: list[psutil.Process]) -> None:
    deadline = time.monotonic() + 20
    while any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in family):
        assert time.monotonic() < deadline, family
        time.sleep(0.05)


def test_a_model_is_deployed_dies_is_started_again_and_deleted(
    client: BaseDeploymentClient, target_uri: str, double: str, triple: str
) -> None:
    made = client.create_deployment("line", double)
    assert made["status"] == "running"
    assert made["url"].startswith("http://127.0.0.1:")
    assert predicted(client, "line") == pytest.approx(4.0)
    with pytest.raises(MlflowException, match="already"):
        client.create_deployment("line", triple)
    with pytest.raises(MlflowException, match="from 1 on"):
        client.update_deployment("line", config={"workers": 0})
    assert list(Path(made["log"]).parents[1].iterdir()) == [Path(made["log"]).parent]

    other = get_deploy_client(target_uri)
    assert other.list_deployments() == [made]
    family = processes(made["pid"])
    for process in family:
        # The child ends with its parent, perhaps sooner than it is told.
        with suppress(psutil.NoSuchProcess):
            process.kill()
    wait_until_gone(family)
    assert other.get_deployment("line")["status"] == "stopped"
    with pytest.raises(MlflowException, match="not running"):
        other.predict("line", TWO)
    other.update_deployment("line", triple)
    assert predicted(client, "line") == pytest.approx(6.0)
    assert not Path(made["log"]).exists()

    family = processes(client.get_deployment("line")["pid"])
    client.delete_deployment("line")
    client.delete_deployment("line")
    wait_until_gone(family)
    assert other.list_deployments() == []
    with pytest.raises(MlflowException, match="no deployment 'line'"):
        other.predict("line", TWO)


def test_all_kinds_of_inputs_are_understood(serving: BaseDeploymentClient) -> None:
    for inputs in (
        pd.DataFrame({"x": [2.0]}),
        TWO,
        TWO.tolist(),
        {"dataframe_records": [{"x": 2.0}]},
        {"instances": [[2.0]]},
    ):
        assert serving.predict("line", inputs)["predictions"][0] == pytest.approx(4.0)
    with pytest.raises(MlflowException, match="no inputs"):
        serving.predict("line")
    with pytest.raises(MlflowException, match="while evaluating the model"):
        serving.predict("line", pd.DataFrame({"x": ["two"]}))
    with pytest.raises(MlflowException, match="do not stream"):
        serving.predict_stream("line", {"inputs": [[2.0]]})


def test_an_update_that_fails_leaves_the_old_server(
    serving: BaseDeploymentClient, tmp_path: Path
) -> None:
    made = serving.get_deployment("line")
    with pytest.raises(MlflowException, match=r"(?s)'line' ended.*no-such-model"):
        serving.update_deployment("line", str(tmp_path / "no-such-model"))
    assert serving.get_deployment("line") == made
    assert predicted(serving, "line") == pytest.approx(4.0)


def test_a_server_that_is_too_slow_leaves_nothing(
    client: BaseDeploymentClient, double: str, tmp_path: Path
) -> None:
    with pytest.raises(MlflowException, match="did not answer within 1 seconds"):
        client.create_deployment("line", double, config={"timeout": 1})
    assert client.list_deployments() == []
    assert list((tmp_path / "deployments" / "servers").iterdir()) == []


def test_an_endpoint_is_switched(client: BaseDeploymentClient, double: str, triple: str) -> None:
    client.create_endpoint("live")
    threads = [
        threading.Thread(target=client.create_deployment, args=args, kwargs={"endpoint": "live"})
        for args in (("blue", double), ("green", triple))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name, result in (("blue", 4.0), ("green", 6.0)):
        client.update_endpoint("live", {"deployment": name})
        assert client.get_endpoint("live")["deployment"] == name
        assert predicted(client, None, endpoint="live") == pytest.approx(result)


def test_the_command_line(
    client: BaseDeploymentClient, target_uri: str, double: str, tmp_path: Path
) -> None:
    def run(command: str, *options: str) -> str:
        result = CliRunner().invoke(commands, [command, "-t", target_uri, *options])
        assert result.exit_code == 0, result.output
        return str(result.output)

    (tmp_path / "inputs.json").write_text('[{"x": 2.0}]')
    assert f"{TARGET}:/folder" in run("help")
    created = run("create", "--name", "line", "-m", double, "-C", "workers=1", "-C", "timeout=90")
    assert "python_function deployment line is created" in created
    assert "line" in run("list")
    assert "status: running" in run("get", "--name", "line")
    answer = json.loads(run("predict", "--name", "line", "-I", str(tmp_path / "inputs.json")))
    assert answer["predictions"][0] == pytest.approx(4.0)
    first = processes(client.get_deployment("line")["pid"])
    assert "line is updated" in run("update", "--name", "line", "-C", "timeout=95")
    wait_until_gone(first)
    assert client.get_deployment("line")["config"] == {"workers": "1", "timeout": "95"}
    run("delete", "--name", "line")
    assert client.list_deployments() == []


def test_run_local_serves_until_it_is_told_to_end(double: str) -> None:
    code = "import sys, mlflow.deployments as d; d.run_local(sys.argv[1], 'line', sys.argv[2])"
    command = [sys.executable, "-c", code, TARGET, double]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert "answers at http://127.0.0.1:" in process.stdout.readline()
        family = processes(process.pid)
        process.terminate()
    assert len(family) > 1
    wait_until_gone(family)
