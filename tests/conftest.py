"""What all tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep environments in a folder of this session's, not in the developer's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOWPLUG_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield
