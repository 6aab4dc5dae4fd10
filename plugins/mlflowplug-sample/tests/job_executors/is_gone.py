"""Whether a process has ended."""

from __future__ import annotations

import os
import time
from pathlib import Path


def is_gone(process: int) -> bool:
    """Whether it ends within some seconds: a killed process needs a moment."""
    give_up = time.monotonic() + 20
    while _runs(process):
        if time.monotonic() > give_up:
            return False
        time.sleep(0.05)
    return True


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    # What was killed is a zombie until whoever inherited it looks.
    state = Path(f"/proc/{process}/stat")
    return not state.exists() or state.read_text().split(")")[-1].split()[0] != "Z"
