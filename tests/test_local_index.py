"""The rehearsal's index: a real server, seen from outside."""

from __future__ import annotations

import base64
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_plugin import command_lines

from mlflowplug import environments
from mlflowplug.local_index import USER, LocalIndex, local_index


@pytest.fixture(scope="module")
def index() -> Iterator[LocalIndex]:
    with local_index() as running:
        yield running


def get(url: str, **headers: str) -> bytes:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(urllib.request.Request(url, headers=headers), timeout=10) as answer:
        return bytes(answer.read())


def test_listens_on_loopback_and_is_empty(index: LocalIndex) -> None:
    assert index.url.startswith("http://127.0.0.1:")
    assert b"Simple Index" in get(index.simple_url)


def test_unknown_package_is_not_looked_for_elsewhere(index: LocalIndex) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        get(f"{index.simple_url}mlflow/")
    assert caught.value.code == 404
    caught.value.close()


@pytest.mark.parametrize(
    ("user", "password", "code"), [("", "", 401), (USER, "wrong", 403), ("other", None, 403)]
)
def test_upload_needs_the_password(
    index: LocalIndex, user: str, password: str | None, code: int
) -> None:
    headers = {}
    if user:
        both = f"{user}:{index.password if password is None else password}"
        headers["Authorization"] = f"Basic {base64.b64encode(both.encode()).decode()}"
    request = urllib.request.Request(index.url, data=b":action=file_upload", headers=headers)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with pytest.raises(urllib.error.HTTPError) as caught:
        opener.open(request, timeout=10)
    assert caught.value.code == code
    caught.value.close()


def test_password_is_in_no_command_line_and_no_representation(index: LocalIndex) -> None:
    assert "mlflowplug.local_index" in command_lines()
    assert index.password not in command_lines()
    assert index.password not in repr(index)
    assert index.password not in index.log.read_text()


def test_every_index_has_its_own_password_and_port() -> None:
    with local_index() as one, local_index() as other:
        assert one.password != other.password
        assert one.url != other.url


def test_nothing_is_left_after_an_exception() -> None:
    with pytest.raises(RuntimeError), local_index() as index:
        raise RuntimeError
    assert not index.packages.exists()
    with pytest.raises(urllib.error.URLError):
        get(index.url)


HOLDER = """
import sys, time
from mlflowplug.local_index import local_index
with local_index() as index:
    print(index.url, flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("sig", [signal.SIGINT, signal.SIGKILL])
def test_server_ends_with_who_started_it(sig: signal.Signals, tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environments.current().variables() | {"TMPDIR": str(tmp_path)},
    ) as process:
        assert process.stdout
        url = process.stdout.readline().strip()
        assert b"Simple" in get(f"{url}simple/")
        process.send_signal(sig)
        process.wait(20)
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            get(url)
            time.sleep(0.1)
        except OSError:  # refused, or reset when it ended in the middle
            break
    else:
        pytest.fail("the server still answers")
    if sig is signal.SIGINT:
        assert list(tmp_path.iterdir()) == []
