"""What `demo` shows while it runs, and at the end."""

from __future__ import annotations

import json
import signal
import sys
import textwrap
import threading
from dataclasses import asdict

from mlflowplug.demo import Demonstration
from mlflowplug.progress import Steps


def steps() -> Steps:
    """Each step as it ends, on a terminal or not: a demo that says nothing looks stuck."""
    return Steps(sys.stderr)


def say(line: str) -> None:
    """A line of what the commands print, or a command itself."""
    print(line, file=sys.stderr, flush=True)


def until_interrupted(url: str) -> None:
    """Keep the server up until Ctrl-C, which is how this is meant to end."""
    ended = threading.Event()
    before = signal.signal(signal.SIGINT, lambda *_: ended.set())
    try:
        say(f"The MLflow server runs at {url} until Ctrl-C.")
        while not ended.wait(0.5):
            pass
    finally:
        signal.signal(signal.SIGINT, before)


def demonstrated(done: Demonstration, *, as_json: bool) -> str:
    """The summary: the steps with their seconds, and what they proved."""
    folder = str(done.folder) if done.folder else None
    if as_json:
        document = {
            "steps": [asdict(step) for step in done.steps],
            "seconds": round(sum(step.seconds for step in done.steps), 3),
            "proved": list(done.proved),
            "folder": folder,
        }
        return json.dumps(document, indent=2)
    total = sum(step.seconds for step in done.steps)
    return "\n".join(
        [
            "",
            *(step.line() for step in done.steps),
            f"         {total:6.1f} s  in all",
            *(
                textwrap.fill(f"proved: {text}", 80, subsequent_indent="    ")
                for text in done.proved
            ),
            *([f"kept: {folder}"] if folder else []),
        ]
    )
