"""Processes: started, waited for, ended."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from mlflowplug_sample.job_executors.processes import TAIL, Process

from .is_gone import is_gone


def started(script: str, output: Path) -> Process:
    return Process(["sh", "-c", script], dict(os.environ), output)


def test_it_ends_with_its_code_and_last_words(tmp_path: Path) -> None:
    process = started("echo out; echo err >&2; exit 3", tmp_path / "output")
    assert process.wait(30) == 3
    assert process.tail() == "out\nerr"
    process.kill()


def test_what_it_started_is_ended_with_it(tmp_path: Path) -> None:
    process = started("sleep 60 & echo $!; wait", tmp_path / "output")
    give_up = time.monotonic() + 20
    while not process.tail() and time.monotonic() < give_up:
        time.sleep(0.05)
    assert process.wait(0.1) is None
    process.kill()
    assert process.wait(30) == -9
    assert is_gone(int(process.tail()))


def test_much_output_keeps_nothing_waiting(tmp_path: Path) -> None:
    process = started("yes é | head -c 3000000; echo end", tmp_path / "output")
    assert process.wait(30) == 0
    assert process.tail().endswith("end")
    assert len(process.tail()) <= TAIL


def test_commands_of_a_job_share_the_output(tmp_path: Path) -> None:
    for word in ("first", "second"):
        last = started(f"echo {word}", tmp_path / "output")
        assert last.wait(30) == 0
    assert last.tail() == "first\nsecond"


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="no-such-program"):
        Process(["no-such-program"], {}, tmp_path / "output")


def test_it_has_its_environment_only(tmp_path: Path) -> None:
    process = Process(["sh", "-c", "echo $A $HOME"], {"A": "1"}, tmp_path / "output")
    assert process.wait(30) == 0
    assert process.tail() == "1"
