"""What the guard costs a request: nothing that people would notice."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from mlflowplug_sample.app.guard import Guard, Message, Receive, Scope, Send
from mlflowplug_sample.app.key_file import KeyFile


async def nothing(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that does nothing."""


async def _receive() -> Message:
    return {"type": "http.request"}


async def _send(message: Message) -> None:
    """Somebody who does not listen."""


def test_ten_thousand_requests_take_less_than_ten_seconds(tmp_path: Path) -> None:
    keys = KeyFile(tmp_path / "keys.json")
    made = [keys.add(f"user-{i}", "user").key for i in range(20)]
    guard = Guard(nothing, keys, ())
    headers = [(b"authorization", f"Bearer {made[-1]}".encode())]
    scope = {"type": "http", "method": "GET", "path": "/", "headers": headers}

    async def ask() -> None:
        for _ in range(10_000):
            await guard(scope, _receive, _send)

    start = time.perf_counter()
    asyncio.run(ask())
    assert time.perf_counter() - start < 10


def test_the_file_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[Path] = []
    read = Path.read_text

    def counted(path: Path) -> str:
        reads.append(path)
        return read(path)

    keys = KeyFile(tmp_path / "keys.json")
    key = keys.add("alice", "user").key
    monkeypatch.setattr(Path, "read_text", counted)
    assert all(keys.find(key) for _ in range(1000))
    assert len(reads) == 1
