"""Every way in which loading ends, seen as MLflow sees it; nothing is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_environment import make_distribution, make_environment, own_site_packages, site_packages
from faulty_plugins.healthy import HEALTHY
from faulty_plugins.specimen import install_all
from small_plugin import command_lines

from mlflowplug.discovery import Installed, find_installed
from mlflowplug.environments import Environment, of_python
from mlflowplug.inside import load
from mlflowplug.loading import Load, Loaded, Loading, import_mlflow, load_plugins
from mlflowplug.plugin_types import PLUGIN_TYPES

PROVIDER = """
from mlflow.tracking.context.abstract_context import RunContextProvider
class It(RunContextProvider):
    def __init__(self): {body}
    def in_context(self): return False
    def tags(self): return {{}}
"""
STORE = "def It(store_uri, artifact_uri=None): ...\n"
CIRCULAR = """
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
class It(SqlAlchemyStore): ...
"""
HALF_A_MINUTE = "import time\ntime.sleep(30)\n"

CASES: dict[str, tuple[str, str, str, str]] = {
    # type, source, outcome of MLflow's own load, part of the message
    "fine": ("tracking_store", STORE, "ok", ""),
    "circular": ("tracking_store", CIRCULAR, "warned", "partially initialized module"),
    "drags-in": ("run_context_provider", "import circular\n" + PROVIDER.format(body="pass"),
                 "warned", "cannot import name"),
    "first-a-part": ("artifact_repository",
                     "import mlflow.store.tracking.sqlalchemy_store\nIt = print\n", "warned",
                     "cannot import name"),
    "tries-a-part": ("artifact_repository",
                     "try:\n    import mlflow.store.tracking.sqlalchemy_store\n"
                     "except ImportError:\n    pass\nIt = print\n", "ok", ""),
    "key-error": ("tracking_store", "import os\nos.environ['NOT_SET']\n", "breaks",
                  "KeyError: 'NOT_SET'"),
    "constructor": ("run_context_provider", PROVIDER.format(body="raise ValueError('no')"),
                    "breaks", "ValueError: no"),
    "exit": ("tracking_store", "raise SystemExit('leaving')\n", "breaks", "SystemExit: leaving"),
    "sys-exit": ("project_backend", "import sys\nsys.exit(4)\n", "breaks", "SystemExit: 4"),
    "interrupt": ("tracking_store", "raise KeyboardInterrupt\n", "breaks", "KeyboardInterrupt"),
    "os-exit": ("tracking_store", "import os\nos._exit(7)\n", "dies", "exit status 7"),
    "os-exit-0": ("tracking_store", "import os\nos._exit(0)\n", "dies", "exit status 0"),
    "segv": ("tracking_store", "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n", "dies",
             "SIGSEGV"),
    "kills-its-group": ("tracking_store", "import os\nos.killpg(0, 9)\n", "dies", "SIGKILL"),
    "hangs": ("tracking_store", HALF_A_MINUTE, "hangs", "did not end within the time limit"),
    "missing": ("tracking_store", "import no_such_module\n", "warned", "no_such_module"),
    "no-attribute": ("tracking_store", "Other = 1\n", "warned", "It"),
    "on-use-missing": ("deployments", "import no_such_module\n", "breaks", "no_such_module"),
    "gateway": ("gateway.providers", "import no_such_module\n", "breaks", "no_such_module"),
    "executor": ("job_executors", "raise RuntimeError('no executor')\n", "warned", "no executor"),
    "source": ("dataset_source", "import no_such_module\n", "warned", "no_such_module"),
}  # fmt: skip


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    made = make_environment(tmp_path_factory.mktemp("env") / "venv", mlflow=own_site_packages())
    site = site_packages(made)
    for name, (kind, source, _, _) in CASES.items():
        module = name.replace("-", "_")
        value = module if kind == "deployments" else f"{module}:It"
        make_distribution(
            site,
            name,
            entry_points={f"mlflow.{kind}": {name: value}},
            modules={f"{module}.py": source},
        )
    make_distribution(
        site,
        "noisy",
        entry_points={
            "mlflow.tracking_store": {
                "prints": "prints:It",
                "calls": "calls:It",
                "named": "named:It",
                "unix": "unix:It",
                "deprecated": "deprecated:It",
            }
        },
        modules={
            "deprecated.py": "import logging, warnings\nlogging.basicConfig()\n"
            "logging.captureWarnings(True)\nwarnings.warn('old', DeprecationWarning)\n" + STORE,
            "prints.py": f"import sys\nprint('to you')\nprint('and you', file=sys.stderr)\n{STORE}",
            "unix.py": "import socket\nwith socket.socket(socket.AF_UNIX) as s:\n"
            f"    s.connect_ex('/nowhere')\nwith socket.socket() as s:\n"
            f"    s.bind(('127.0.0.1', 0))\n{STORE}",
            "named.py": f"import socket\nsocket.gethostbyname('localhost')\n{STORE}",
            "calls.py": "import socket\nwith socket.socket() as s:\n"
            f"    s.connect_ex(('127.0.0.1', 9))\n{STORE}",
        },
    )
    install_all(HEALTHY, site)
    return made


@pytest.fixture(scope="module")
def installed(environment: Environment) -> Installed:
    return find_installed(environment)


@pytest.fixture(scope="module")
def loading(
    environment: Environment, installed: Installed, tmp_path_factory: pytest.TempPathFactory
) -> Loading:
    plugins = [plugin for plugin in installed.plugins if not plugin.is_core]
    folder = tmp_path_factory.mktemp("tmp")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(folder))
        loading = load_plugins(environment, installed, plugins, seconds=4)
    assert list(folder.iterdir()) == []
    assert str(environment.python) not in command_lines()
    return loading


def of(loading: Loading, name: str) -> Loaded:
    (key,) = (key for key in loading.plugins if key.partition("@")[0].endswith(f":{name}"))
    return loading.plugins[key]


def as_mlflow(loading: Loading, name: str) -> Load:
    found = of(loading, name).as_mlflow
    assert found is not None
    return found


@pytest.mark.parametrize("name", CASES)
def test_the_outcome(name: str, loading: Loading) -> None:
    _, _, outcome, message = CASES[name]
    found = as_mlflow(loading, name)
    assert (found.outcome, message in found.message) == (outcome, True), found


def test_mlflow_itself_is_none_the_worse(loading: Loading) -> None:
    assert loading.failure == ""
    assert loading.import_seconds > 0


def test_a_lazy_builder_loads_where_a_class_is_circular(loading: Loading) -> None:
    assert of(loading, "good-store").outcome == "ok"
    assert of(loading, "circular").facts["object"]["kind"] == "class"  # once MLflow is complete


@pytest.mark.parametrize("specimen", HEALTHY, ids=lambda item: item.group)
def test_every_type_is_loaded_when_mlflow_does_so(specimen: object, loading: Loading) -> None:
    assert hasattr(specimen, "entry_name")
    found = as_mlflow(loading, specimen.entry_name)
    assert found.outcome == "ok", found
    kind = PLUGIN_TYPES[getattr(specimen, "group", "")]
    if kind.failure == "on_use":
        assert found.statement == load.ON_USE
    elif "import mlflow" in kind.when:
        assert found.statement == load.STATEMENTS[0]


def test_what_is_printed_and_connected_to_is_noted(loading: Loading) -> None:
    prints = as_mlflow(loading, "prints")
    assert prints.printed.split("\n")[:2] == ["to you", "and you"]
    assert as_mlflow(loading, "calls").network == "socket.connect 127.0.0.1:9"
    assert as_mlflow(loading, "named").network == "socket.gethostbyname localhost"
    assert as_mlflow(loading, "unix").network == ""
    assert as_mlflow(loading, "fine").network == ""
    assert as_mlflow(loading, "fine").printed == ""


def test_a_warning_that_users_do_not_see_is_not_printed(loading: Loading) -> None:
    found = as_mlflow(loading, "deprecated")
    assert (found.outcome, found.printed) == ("ok", "")


def test_tracebacks_show_the_plugins_lines_only(loading: Loading) -> None:
    trace = as_mlflow(loading, "key-error").traceback
    assert "key_error.py" in trace
    assert "NOT_SET" in trace
    assert "inside/load.py" not in trace


# ---------------------------------------------------------------------------------------------
# The same as in a clean process

ALONE = [
    *("circular", "tries-a-part", "good-repository"),
    *(
        pytest.param(name, marks=pytest.mark.slow)
        for name in (
            "drags-in",
            "no-attribute",
            "fine",
            "first-a-part",
            "missing",
            "good-store",
            "source",
            "good-source",
        )
    ),
]


def clean_warning(name: str, environment: Environment, folder: Path) -> str:
    """What MLflow says of a plugin that is alone in its environment, in a clean process."""
    alone = make_environment(folder / name, mlflow=own_site_packages())
    site, everyone = site_packages(alone), site_packages(environment)
    for path in everyone.glob("*.py"):
        (site / path.name).symlink_to(path)
    info = f"{name.replace('-', '_')}-1.0.dist-info"
    (site / info).symlink_to(everyone / info)
    done = alone.run(["-c", "import mlflow"], seconds=120)
    lines = [line for line in done.stderr.splitlines() if "ttempting to register" in line]
    return lines[-1].partition("Warning: ")[2] if lines else ""


@pytest.mark.parametrize("name", ALONE)
def test_a_clean_process_says_the_same(
    name: str, environment: Environment, loading: Loading, tmp_path: Path
) -> None:
    """Neighbours that are broken, or that imported a part of MLflow before, change no verdict."""
    found = as_mlflow(loading, name)
    expected = clean_warning(name, environment, tmp_path)
    assert (found.outcome == "warned") == bool(expected)
    assert found.message.strip() == expected.strip()


@pytest.mark.parametrize(
    ("source", "message", "culprit"),
    [
        ("import os\nprint('{')\nos.environ['NOT_SET']\n", "KeyError: 'NOT_SET'",
         "mlflow.tracking_store one = one:It"),
        ("raise SystemExit(3)\n", "SystemExit: 3", "mlflow.tracking_store one = one:It"),
        (STORE, "", ""),
    ],
)  # fmt: skip
def test_import_mlflow_as_it_is(source: str, message: str, culprit: str, tmp_path: Path) -> None:
    made = make_environment(tmp_path / "venv", mlflow=own_site_packages())
    make_distribution(
        site_packages(made),
        "one",
        entry_points={"mlflow.tracking_store": {"one": "one:It"}},
        modules={"one.py": source},
    )
    result = import_mlflow(made, seconds=60)
    assert (result.ok, result.message, result.culprit) == (not message, message, culprit)


def test_a_plugin_that_ends_the_loading_process_is_found(tmp_path: Path) -> None:
    """It is blamed, the others are loaded."""
    made = make_environment(tmp_path / "venv", mlflow=own_site_packages())
    sources = {"one": STORE, "two": STORE, "kills": f"import os\nos.kill(os.getppid(), 9)\n{STORE}"}
    for name, source in sources.items():
        make_distribution(
            site_packages(made),
            name,
            entry_points={"mlflow.tracking_store": {name: f"{name}:It"}},
            modules={f"{name}.py": source},
        )
    installed = find_installed(made)
    plugins = [plugin for plugin in installed.plugins if not plugin.is_core]
    loading = load_plugins(made, installed, plugins, seconds=20)
    assert {name: of(loading, name).outcome for name in sources} == {
        "one": "ok",
        "two": "ok",
        "kills": "dies",
    }
    assert "ended the process that loads it as well" in as_mlflow(loading, "kills").message


def test_a_relative_path_of_an_interpreter_is_kept_whole(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Processes start in folders of their own, where it would mean something else."""
    monkeypatch.chdir(environment.python.parent.parent)
    assert of_python(Path("bin/python")).python == environment.python


def test_nothing_to_load_is_no_work(environment: Environment, installed: Installed) -> None:
    began = time.monotonic()
    assert load_plugins(environment, installed, []).plugins == {}
    assert time.monotonic() - began < 1


# ---------------------------------------------------------------------------------------------
# Ctrl-C


@pytest.fixture
def hanging(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """`mlflowplug list --load` with a plugin that hangs."""
    site, temporary = tmp_path / "site", tmp_path / "tmp"
    temporary.mkdir()
    make_distribution(
        site,
        "hangs",
        entry_points={"mlflow.tracking_store": {"hangs": "hangs:It"}},
        modules={"hangs.py": f"open({str(tmp_path / 'began')!r}, 'w').close()\n{HALF_A_MINUTE}"},
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "mlflowplug", "list", "--load"],
        env=os.environ | {"PYTHONPATH": str(site), "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process, tmp_path
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("sig", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_nothing_behind(
    sig: signal.Signals, hanging: tuple[subprocess.Popen[str], Path]
) -> None:
    process, folder = hanging
    wait_for(folder / "began")
    process.send_signal(sig)
    _, stderr = process.communicate(timeout=30)
    assert "Traceback" not in stderr
    assert process.returncode in {130, 143, -signal.SIGTERM}
    assert list((folder / "tmp").iterdir()) == []
    deadline = time.monotonic() + 5
    while str(folder / "tmp") in command_lines() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert str(folder / "tmp") not in command_lines()


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_warnings_of_this_process_are_untouched(loading: Loading) -> None:
    with pytest.warns(UserWarning, match="still heard"):
        warnings.warn("still heard", UserWarning, stacklevel=1)
