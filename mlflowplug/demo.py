"""The whole way of a plugin in a temporary folder, with the real commands and a real server."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

from mlflowplug import environments
from mlflowplug.environments import Environment
from mlflowplug.errors import MlflowplugError
from mlflowplug.local_index import LocalIndex, local_index
from mlflowplug.packaging import last_lines
from mlflowplug.progress import Step, Steps
from mlflowplug.rehearsal import install_from

COMMAND_SECONDS = 900.0
START_SECONDS = 180.0
NAME, SCHEME = "mlflow-demo-store", "demo"
TYPES = ("tracking_store", "model_registry_store")


@dataclass(frozen=True)
class Demonstration:
    """What was done, and what it proved; `folder` is there if it was to be kept."""

    steps: tuple[Step, ...]
    proved: tuple[str, ...]
    folder: Path | None = None


@dataclass
class Demo:
    """One demonstration: where it happens, and what it says."""

    folder: Path
    steps: Steps
    say: Callable[[str], None]
    proved: list[str] = field(default_factory=list)

    @contextmanager
    def run(self) -> Iterator[str]:
        """Go the whole way; yields the server's address once everything is proved."""
        self.command("list")
        self.proved.append("list reads what is installed without importing it")
        # The registry too: MLflow's UI asks it about every run.
        types = [part for kind in TYPES for part in ("--type", kind)]
        self.command("new", NAME, *types, "--scheme", SCHEME)
        self.command("test", ".", cwd=self.folder / NAME)
        self.proved.append("the generated plugin passes the checks")
        environment = self.installed()
        with self.server(environment) as url:
            self.client(environment, url)
            yield url

    def command(
        self, *arguments: str, cwd: Path | None = None, variables: Mapping[str, str] | None = None
    ) -> None:
        """Run a command of this program as a user would, and show what it prints."""
        self.say(_shown("mlflowplug", *arguments))
        line = f"mlflowplug {arguments[0]}"
        with self.steps.step(line):
            done = environments.follow(
                [sys.executable, "-m", "mlflowplug", *arguments],
                lambda text: self.say(f"  {text}"),
                seconds=COMMAND_SECONDS,
                cwd=cwd or self.folder,
                variables=self.variables() | dict(variables or {}),
            )
            if done.status != 0:
                why = "took too long" if done.timed_out else f"ended with {done.status}"
                raise MlflowplugError(f"{line} {why}", exit_code=1)

    def variables(self, environment: Environment | None = None) -> dict[str, str]:
        """What a demonstration's processes see of the caller's variables.

        Temporary files go into the demo's folder and away with it; the caller's MLflow settings
        name other servers; a proxy is not the way to loopback; and there is room for an indent.
        """
        temporary = self.folder / "t"
        temporary.mkdir(exist_ok=True)
        theirs = (environment or environments.current()).variables()
        theirs["MLFLOWPLUG_CACHE"] = str(self.folder / "cache")  # goes with the folder
        direct = environments.uv_variables()["no_proxy"]
        return {name: value for name, value in theirs.items() if not name.startswith("MLFLOW_")} | {
            "COLUMNS": "78",
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
            "NO_PROXY": direct,
            "TMPDIR": str(temporary),
            "no_proxy": direct,
        }

    def installed(self) -> Environment:
        """Publish to a local index and install from it into a clean environment."""
        with local_index() as index:
            self.publish(index)
            (wheel,) = index.packages.glob("*.whl")
            with self.steps.step(f"install {NAME} from the local index"):
                environment = environments.create(self.folder / "venv")
                pin = f"mlflow=={metadata.version('mlflow')}"
                install_from(index, environment, wheel.name, constraints=[pin])
        self.proved.append("it is built, published with twine and installed from the index")
        return environment

    def publish(self, index: LocalIndex) -> None:
        """Upload with the real command; the credentials are in its environment only."""
        self.command(
            "publish", NAME, "--repository", index.url, "--yes", variables=index.credentials
        )

    @contextmanager
    def server(self, environment: Environment) -> Iterator[str]:
        """An MLflow server on the new store, for as long as the block lasts."""
        port, log = environments.free_port(), self.folder / "server.log"
        url = f"http://127.0.0.1:{port}"
        arguments = server_arguments(self.folder, port)
        self.say(_shown("mlflow", *arguments))
        with log.open("w") as file:
            process = environments.start(
                [environment.python, "-m", "mlflow", *arguments],
                cwd=self.folder,
                variables=self.variables(environment),
                stdout=file.fileno(),
                stderr=file.fileno(),
            )
        try:
            with self.steps.step("start the MLflow server on the new store"):
                wait_for(url, process, log)
            yield url
        finally:
            environments.stop(process, grace_seconds=5)

    def client(self, environment: Environment, url: str) -> None:
        """Log a run through the server from another process, and read it back."""
        with self.steps.step("log a run over HTTP and read it back"):
            done = environments.run(
                [environment.python, "-m", "mlflowplug.inside.demo_client", url],
                seconds=START_SECONDS,
                cwd=self.folder,
                variables=self.variables(environment),
            )
            if done.status != 0:
                raise MlflowplugError(
                    f"the run that was read back is not the one that was logged:\n"
                    f"{last_lines(done.stdout + done.stderr)}\nThe server said:\n"
                    f"{last_lines((self.folder / 'server.log').read_text('utf-8'))}",
                    exit_code=1,
                )
        compared = ", ".join(json.loads(done.stdout.splitlines()[-1])["compared"])
        self.proved.append(f"an MLflow server on it gives back what was logged: {compared}")


def demonstrate(
    *,
    steps: Steps,
    say: Callable[[str], None],
    keep: bool = False,
    serving: Callable[[str], None] | None = None,
) -> Demonstration:
    """Go the whole way and clean up, whatever happens.

    Args:
        steps: is told of each step.
        say: is given each line that the commands print.
        keep: leave the folder where it is.
        serving: is called with the server's address at the end, and the server runs until it
            returns.

    Raises:
        MlflowplugError: exit code 1, naming the step that failed.
    """
    with environments.temporary_folder("demo", keep=keep) as folder:
        demo = Demo(folder, steps, say)
        with demo.run() as url:
            if serving:
                serving(url)
        return Demonstration(tuple(steps.done), tuple(demo.proved), folder if keep else None)


def _shown(*command: str) -> str:
    """A command as one would type it, in lines that fit."""
    return textwrap.fill(
        f"$ {shlex.join(command)}",
        width=80,
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def server_arguments(folder: Path, port: int) -> list[str]:
    """The arguments of `mlflow` that start a server on the new store."""
    return [
        *("server", "--backend-store-uri", f"{SCHEME}:{folder}/store.db"),
        *("--artifacts-destination", str(folder / "artifacts")),
        *("--host", "127.0.0.1", "--port", str(port), "--workers", "1"),
    ]


def wait_for(url: str, process: subprocess.Popen[str], log: Path) -> None:
    """Wait until the server answers; an error shows the end of its log."""
    import time
    import urllib.request

    # Whatever proxy the caller has, loopback is not behind it.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with opener.open(f"{url}/health", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise MlflowplugError(
        f"the MLflow server did not start:\n{last_lines(log.read_text('utf-8'))}", exit_code=1
    )
