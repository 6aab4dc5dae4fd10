"""A PostgreSQL server for the tests: a real one, on a free port of this machine, then removed.

It is run by the programs that Linux distributions, Homebrew and PostgreSQL's own packages install.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from mlflowplug_sample.sql.location import POSTGRESQL_SCHEME

PLACES = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "opt/homebrew/opt/postgresql*/bin",
    "usr/local/opt/postgresql*/bin",
)
USER = "tester"
SECONDS = 60
SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
fsync = off
"""


class NoServerError(Exception):
    """There is no server to be had, and why."""


@dataclass
class Server:
    """A server in a folder of its own."""

    programs: Path
    folder: Path
    password: str
    port: int = 0

    def create(self) -> None:
        """Make the files of the server."""
        secret = self.folder / "password"
        secret.write_text(self.password)
        self._own(secret)
        options = ["--auth", "scram-sha-256", "--encoding", "UTF8", "--no-sync"]
        self._run("initdb", *options, "--username", USER, "--pwfile", str(secret))
        with (self.folder / "data" / "postgresql.conf").open("a") as file:
            file.write(SETTINGS)

    def start(self) -> None:
        """Start it, on the port that it had before."""
        self.port = self.port or _free_port()
        log = str(self.folder / "log")
        self._run("pg_ctl", "start", "--wait", "--log", log, "--options", f"-p {self.port}")

    def stop(self) -> None:
        """Stop it, whoever is connected."""
        self._run("pg_ctl", "stop", "--wait", "--mode", "fast")

    @contextmanager
    def database(self) -> Iterator[str]:
        """A new database; gives the store URI."""
        name = f"test_{secrets.token_hex(8)}"
        self._execute(f"CREATE DATABASE {name}")
        yield f"{POSTGRESQL_SCHEME}://{USER}:{self.password}@127.0.0.1:{self.port}/{name}"
        self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _execute(self, sql: str) -> None:
        address: dict[str, Any] = {"host": "127.0.0.1", "port": self.port, "dbname": "postgres"}
        with psycopg.connect(
            user=USER, password=self.password, autocommit=True, **address
        ) as connection:
            connection.execute(sql)

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self.programs / program, "--pgdata", self.folder / "data", *arguments],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            cwd=self.folder,
            **_identity(),
        )
        if done.returncode:
            raise NoServerError(f"{program} failed: {(done.stderr or done.stdout).strip()}")

    def _own(self, path: Path) -> None:
        if _identity():
            shutil.chown(path, "postgres", "postgres")


@contextmanager
def running_server() -> Iterator[Server]:
    """A new server, which ends with the context."""
    programs = _programs()
    # Not one of pytest's folders: those of root are closed to the user that runs the server.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        server = Server(programs, Path(temporary), secrets.token_hex(16))
        server._own(server.folder)
        server.create()
        server.start()
        try:
            yield server
        finally:
            server.stop()


def _programs() -> Path:
    found = [path for place in PLACES for path in Path("/").glob(f"{place}/initdb")]
    if on_path := shutil.which("initdb"):
        found.append(Path(on_path).resolve())
    if not found:
        raise NoServerError("install one, such as `apt-get install postgresql`")
    return max(found, key=_release).parent


def _release(path: Path) -> int:
    return max(map(int, re.findall(r"\d+", str(path))), default=0)


def _identity() -> dict[str, Any]:
    """Whom the programs run as: they refuse root."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return {}
    import pwd

    try:
        pwd.getpwnam("postgres")
    except KeyError:
        raise NoServerError("it does not run as root, and there is no user postgres") from None
    return {"user": "postgres", "group": "postgres", "extra_groups": ()}


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
