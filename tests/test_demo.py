"""`mlflowplug demo`: its parts on a small store of our own, and the whole of it (slow)."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from small_plugin import command_lines, project

from mlflowplug import environments
from mlflowplug.demo import NAME, Demo, Demonstration
from mlflowplug.environments import Environment
from mlflowplug.errors import MlflowplugError
from mlflowplug.progress import Step, Steps
from mlflowplug.reports import demo as report

STORE = """\
def store(store_uri=None, artifact_uri=None):
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
    return SqlAlchemyStore("sqlite:///" + store_uri.partition(":")[2], artifact_uri)
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """MLflow's own store, reached as `demo:PATH`: what the generated plugin does, without it."""
    plugin = project(tmp_path_factory.mktemp("plugin") / NAME)
    text = (plugin / "pyproject.toml").read_text()
    text = text.replace("request_header_provider", "tracking_store")
    text = text.replace('acme = "acme_headers.provider:AcmeHeaders"', 'demo = "acme_headers:store"')
    (plugin / "pyproject.toml").write_text(text)
    (plugin / "acme_headers" / "__init__.py").write_text(STORE)
    pin = f"mlflow=={metadata.version('mlflow')}"
    with environments.new_environment([plugin, pin]) as made:
        yield made


@pytest.fixture
def demo(tmp_path: Path) -> Demo:
    return Demo(tmp_path, Steps(), lambda line: None)


@pytest.mark.slow
def test_run_is_logged_and_read_back_through_a_server(environment: Environment, demo: Demo) -> None:
    with demo.server(environment) as url:
        demo.client(environment, url)
    assert "artifact, metric history, params, search, status, tags" in demo.proved[-1]
    assert (demo.folder / "store.db").stat().st_size > 0
    assert list((demo.folder / "artifacts").rglob("weights.txt"))
    assert str(demo.folder) not in command_lines()


@pytest.mark.slow
def test_server_that_does_not_start_says_why(environment: Environment, demo: Demo) -> None:
    (demo.folder / "store.db").write_text("this is no database " * 1000)
    with (
        pytest.raises(MlflowplugError, match="file is not a database"),
        demo.server(environment),
    ):
        pass
    assert str(demo.folder) not in command_lines()


def test_command_that_fails_is_named_and_shown(tmp_path: Path) -> None:
    lines: list[str] = []
    demo = Demo(tmp_path, Steps(), lines.append)
    with pytest.raises(
        MlflowplugError, match=r"mlflowplug no-such-command ended with \d"
    ) as caught:
        demo.command("no-such-command")
    assert caught.value.exit_code == 1
    assert lines[0] == "$ mlflowplug no-such-command"
    assert len(lines) > 1
    assert [step.passed for step in demo.steps.done] == [False]


CHILD = """
import sys, time
try:
    print("started", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    time.sleep(0.5)
    open(sys.argv[1], "w").close()
"""
PARENT = f"""
import sys
from functools import partial
from mlflowplug import environments
show = partial(print, flush=True)
environments.follow([sys.executable, "-c", {CHILD!r}, sys.argv[1]], show, seconds=60)
"""


def test_interrupted_command_may_clean_up(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, tmp_path / "cleaned"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environments.current().variables(),
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "started\n"
        process.send_signal(signal.SIGINT)
        process.wait(20)
    assert (tmp_path / "cleaned").exists()
    assert str(tmp_path) not in command_lines()


def test_command_that_hangs_is_ended(tmp_path: Path) -> None:
    lines: list[str] = []
    command = [sys.executable, "-c", CHILD, str(tmp_path / "cleaned")]
    done = environments.follow(command, lines.append, seconds=1)
    assert done.timed_out
    assert done.status != 0
    assert lines == ["started"]
    assert str(tmp_path) not in command_lines()


def test_summary_names_every_step() -> None:
    steps = (Step("mlflowplug list", 0.5, True), Step("mlflowplug test .", 12.25, True))
    done = Demonstration(steps, ("it works",))
    text = report.demonstrated(done, as_json=False)
    assert "  ok        0.5 s  mlflowplug list" in text
    assert "12.8 s  in all" in text
    assert all(len(line) <= 80 for line in text.splitlines())
    document = json.loads(report.demonstrated(done, as_json=True))
    assert document["proved"] == ["it works"]
    assert document["steps"][1] == {"title": "mlflowplug test .", "seconds": 12.25, "passed": True}


def start_demo(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "mlflowplug", "demo", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env=environments.current().variables() | {"TMPDIR": str(folder)},
    )


def assert_nothing_left(folder: Path) -> None:
    end = time.monotonic() + 10
    while str(folder) in command_lines() and time.monotonic() < end:
        time.sleep(0.1)
    assert str(folder) not in command_lines()
    assert list(folder.iterdir()) == []


@pytest.mark.slow
def test_whole_demo(tmp_path: Path) -> None:
    with start_demo(tmp_path, "--json") as process:
        stdout, stderr = process.communicate(timeout=900)
    assert process.returncode == 0, stderr
    document = json.loads(stdout)
    assert all(step["passed"] for step in document["steps"])
    assert len(document["proved"]) == 4
    assert_nothing_left(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("line", ["$ mlflowplug list", "$ mlflowplug test", "$ mlflowplug publish"])
def test_interrupted_demo_leaves_nothing(tmp_path: Path, line: str) -> None:
    with start_demo(tmp_path) as process:
        assert process.stderr
        for said in process.stderr:
            if said.startswith(line):
                break
        time.sleep(2)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == 130
    assert_nothing_left(tmp_path)


@pytest.mark.slow
def test_served_demo_ends_with_ctrl_c(tmp_path: Path) -> None:
    with start_demo(tmp_path, "--serve") as process:
        assert process.stderr
        for said in process.stderr:
            if "until Ctrl-C" in said:
                break
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 0, stderr
    assert "proved:" in stdout
    assert_nothing_left(tmp_path)
