"""A package index on loopback, for as long as it is needed: pypiserver with a password.

Uploading to it and installing from it takes the same way as uploading to PyPI and installing
from there: twine, its credentials, the upload API, the simple index, the download.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
import select
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from mlflowplug import environments
from mlflowplug.errors import MlflowplugError

START_SECONDS = 60.0
USER = "rehearsal"


@dataclass(frozen=True)
class LocalIndex:
    """An index that runs: uploads go to `url`, installers read `simple_url`."""

    url: str
    log: Path
    packages: Path
    password: str = field(repr=False)

    @property
    def simple_url(self) -> str:
        """The address for `--index`."""
        return f"{self.url}simple/"

    @property
    def credentials(self) -> dict[str, str]:
        """The variables that twine reads its credentials from."""
        return {"TWINE_USERNAME": USER, "TWINE_PASSWORD": self.password}

    def downloads(self) -> set[str]:
        """The names of the files that somebody asked this index for."""
        lines = self.log.read_text("utf-8").splitlines()
        paths = [line.split()[1] for line in lines if line.startswith("GET /packages/")]
        return {path.rsplit("/", 1)[1] for path in paths}


@contextmanager
def local_index() -> Iterator[LocalIndex]:
    """An empty index that only this block knows the password of; it ends with the block."""
    with environments.temporary_folder("index") as folder:
        packages, log = folder / "packages", folder / "log"
        packages.mkdir()
        password = secrets.token_urlsafe(24)
        with log.open("w") as file:
            process = environments.start(
                [sys.executable, "-m", __name__, packages],
                cwd=folder,
                variables=environments.current().variables(),
                stdin=subprocess.PIPE,
                stderr=file.fileno(),
            )
        try:
            _tell(process, password)
            yield LocalIndex(f"http://127.0.0.1:{_port(process, log)}/", log, packages, password)
        finally:
            environments.stop(process)
            for stream in filter(None, (process.stdin, process.stdout)):
                stream.close()


def _tell(process: subprocess.Popen[str], password: str) -> None:
    """Hand the password over where no process list shows it."""
    assert process.stdin
    process.stdin.write(json.dumps(password) + "\n")
    process.stdin.flush()


def _port(process: subprocess.Popen[str], log: Path) -> int:
    assert process.stdout
    ready, _, _ = select.select([process.stdout], [], [], START_SECONDS)
    answer = process.stdout.readline().strip() if ready else ""
    if not answer.isdigit():
        raise MlflowplugError(
            f"the local index did not start:\n{log.read_text('utf-8')[-2000:]}",
            "Is pypiserver installed? pip install mlflowplug installs it.",
        )
    return int(answer)


# ---------------------------------------------------------------------------------------------
# The server's own process


def serve(packages: Path) -> None:
    """Serve `packages` on a free port of loopback, until standard input ends.

    The password comes as the first line of standard input, the port goes to standard output.
    Standard input ends when the process that started this one does, however that ended.
    """
    import pypiserver  # type: ignore[import-untyped]

    password: str = json.loads(sys.stdin.readline())

    def is_ours(user: str, given: str) -> bool:
        return user == USER and hmac.compare_digest(given.encode(), password.encode())

    app = pypiserver.app(
        roots=[packages], authenticate=["update"], auther=is_ours, disable_fallback=True
    )
    with make_server("127.0.0.1", 0, app, _Server, _Handler) as server:
        threading.Thread(target=_end_with_standard_input, daemon=True).start()
        print(server.server_port, flush=True)
        server.serve_forever()


class _Server(ThreadingMixIn, WSGIServer):
    """Several requests at a time: installers ask for many files at once."""

    daemon_threads = True


class _Handler(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:  # noqa: ARG002
        print(self.requestline, code, file=sys.stderr, flush=True)


def _end_with_standard_input() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
