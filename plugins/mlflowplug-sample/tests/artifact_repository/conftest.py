"""The storages that tests run on: local disk, memory, and servers of S3 and SFTP on loopback."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from mlflow.store.artifact.artifact_repo import ArtifactRepository
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

HOST = "127.0.0.1"
PASSWORD = "not-a-secret"
STORAGES = ("local", "memory", "s3", "sftp")


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """The address of an S3 server, which is also in the environment, as are its credentials."""
    moto = pytest.importorskip("moto.server")
    s3fs = pytest.importorskip("s3fs")
    server = moto.ThreadedMotoServer(ip_address=HOST, port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        patch.setenv("AWS_ACCESS_KEY_ID", "key")
        patch.setenv("AWS_SECRET_ACCESS_KEY", PASSWORD)
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        s3fs.S3FileSystem().mkdir("bucket")
        yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="session")
def sftp_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of an SFTP server whose key is known; its password is in fsspec's configuration."""
    pytest.importorskip("paramiko")
    config = pytest.importorskip("fsspec.config")
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch, _sftp_server() as (port, public_key):
        (home / ".ssh").mkdir()
        (home / ".ssh" / "known_hosts").write_text(f"[{HOST}]:{port} {public_key}")
        patch.setenv("HOME", str(home))
        options = {"password": PASSWORD, "look_for_keys": False, "allow_agent": False}
        patch.setitem(config.conf, "sftp", options)
        yield port


@contextmanager
def _sftp_server() -> Iterator[tuple[int, str]]:
    """The port and the public key of a server that runs until the block ends."""
    asyncssh = pytest.importorskip("asyncssh")
    key = asyncssh.generate_private_key("ssh-ed25519")
    started: Future[tuple[int, Callable[[], object]]] = Future()

    class Server(asyncssh.SSHServer):  # type: ignore[name-defined]
        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            return password == PASSWORD

    async def serve() -> None:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        options = {"server_factory": Server, "server_host_keys": [key], "sftp_factory": True}
        async with asyncssh.listen(HOST, 0, **options) as server:
            started.set_result((server.get_port(), lambda: loop.call_soon_threadsafe(stop.set)))
            await stop.wait()

    thread = threading.Thread(target=asyncio.run, args=[serve()], daemon=True)
    thread.start()
    port, stop = started.result(30)
    yield port, key.export_public_key().decode()
    stop()
    thread.join(10)


@pytest.fixture
def uri_of(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """A new location in a storage; without what the storage needs, the test is skipped."""

    def uri(storage: str) -> str:
        if storage == "s3":
            request.getfixturevalue("s3_server")
            return f"sample+s3://bucket/{uuid4().hex}"
        if storage == "sftp":
            port = request.getfixturevalue("sftp_server")
            return f"sample+sftp://me@{HOST}:{port}{tmp_path}/artifacts"
        inner = "" if storage == "local" else "+memory"
        return f"sample{inner}:{tmp_path}/artifacts"

    return uri


@pytest.fixture(params=STORAGES)
def repository(request: pytest.FixtureRequest, uri_of: Callable[[str], str]) -> ArtifactRepository:
    """An empty repository in each storage, as MLflow opens it."""
    return get_artifact_repository(uri_of(request.param))


@pytest.fixture
def local(uri_of: Callable[[str], str]) -> ArtifactRepository:
    """An empty repository on local disk, in the folder `artifacts` of `tmp_path`."""
    return get_artifact_repository(uri_of("local"))
