"""A forked child of `load.py`, seen from its parent: what it reports, how it ends."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import tempfile
import time
from typing import IO, Any

from mlflowplug.inside import load_child, prctl
from mlflowplug.inside.load_child import Here, silence, watch


class Child:
    """A forked process that works on plugins, seen from its parent (and `pid` 0 in itself).

    `plugins` are those that it has not reported on.
    """

    def __init__(self, plugins: list[dict[str, Any]], phase: str, seconds: float) -> None:
        self.plugins, self.phase, self.seconds = list(plugins), phase, seconds
        self.output: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (both processes use it)
        self.reader, self.writer = os.pipe()
        self.deadline = time.monotonic() + seconds
        self.text = b""
        self.working = True
        self.records: list[dict[str, Any]] = []
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.reader)
        else:
            os.close(self.writer)
            os.set_blocking(self.reader, False)

    def become(self) -> None:
        """In the child: turn this process into the one for the plugins."""
        live_alone()
        Here.pipe, Here.output, Here.phase = self.writer, self.output, self.phase
        Here.waiting = self.plugins[1:]
        silence(self.output)
        watch()
        load_child.begin(self.plugins[0])

    def take(self) -> list[dict[str, Any]]:
        """The records that have come since the last call."""
        taken, self.records = self.records, []
        return taken

    def poll(self) -> bool:
        """Read what the child reports; True once it has ended, or has run out of time."""
        self.read()
        ended, status = os.waitpid(self.pid, os.WNOHANG)
        if ended:
            self.read()
            if self.working and self.plugins:
                self.blame({"died": describe_status(status), "printed": self.printed()})
        elif time.monotonic() < self.deadline:
            return False
        else:
            end(self.pid)
            self.blame({"hangs": True})
        end_group(self.pid)
        os.close(self.reader)
        self.output.close()
        return True

    def read(self) -> None:
        """Take in whole lines; each is the report on one plugin and gives time for the next."""
        *lines, self.text = (self.text + read_now(self.reader)).split(b"\n")
        for line in lines:
            record = json.loads(line)
            self.working = record.pop("goes_on")
            self.records.append(record)
            self.plugins.pop(0)
            self.deadline = time.monotonic() + self.seconds

    def blame(self, record: dict[str, Any]) -> None:
        """The child's current plugin ended it."""
        plugin = self.plugins.pop(0)
        self.records.append({"key": plugin["key"], "phase": self.phase, **record})

    def printed(self) -> str:
        """The end of what the child wrote to its output."""
        self.output.seek(0)
        return self.output.read()[-2000:].decode("utf-8", "replace")


def read_now(descriptor: int) -> bytes:
    """What can be read without waiting."""
    text = b""
    while True:
        try:
            part = os.read(descriptor, 65_536)
        except BlockingIOError:
            return text
        if not part:
            return text
        text += part


def read_lines(descriptor: int, seconds: float) -> list[str]:
    """Lines from a child until it ends, or until none came for `seconds`."""
    os.set_blocking(descriptor, False)
    text, last = b"", time.monotonic()
    with os.fdopen(descriptor, "rb") as pipe:
        while time.monotonic() - last < seconds:
            part = pipe.read(65_536)
            if part == b"":
                break
            if part:
                text, last = text + part, time.monotonic()
            else:
                time.sleep(0.002)
    return [line for line in text.decode().split("\n")[:-1] if line]


def live_alone() -> None:
    """In a child: a session of its own, so that what a plugin does to its group ends only itself.

    Ctrl-C does not reach it there, so it has to end with its parent, which only Linux can promise.
    """
    if sys.platform == "linux":
        os.setsid()
        prctl.end_with_parent()


def end(pid: int) -> None:
    """Kill a child with what it has started, and take its exit status."""
    end_group(pid)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, 0)


def end_group(pid: int) -> None:
    """Kill what a child leaves running in its session."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def describe_status(status: int) -> str:
    """How a process ended, in words."""
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        return f"killed by {signal.Signals(-code).name}"
    return f"ended the process with exit status {code}"
