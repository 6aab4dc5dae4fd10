"""What all tests share."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

# A shell starts background jobs with Ctrl-C ignored, and their children inherit that: the tests
# that interrupt a command would wait for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep environments in a folder of this session's, not in the developer's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOWPLUG_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield
