"""Where tags come from: add your own systems to `SOURCES`."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import partial

from .git import WorkingTree
from .kubernetes import kubernetes_tags
from .variables import PLATFORMS, platform_tags

CONFIGURED = "SAMPLE_RUN_TAGS"
"""The variable that names the sources to ask, separated by commas, or says `all`."""

SOURCES: Mapping[str, Callable[[], Mapping[str, str]]] = {
    **{name: partial(platform_tags, platform) for name, platform in PLATFORMS.items()},
    "kubernetes": kubernetes_tags,
    "git": WorkingTree().tags,
}
"""Functions by the name of what they ask. Each run that is started waits for them: they take
milliseconds, use no network, print nothing and raise nothing."""


def configured_sources() -> list[str]:
    """The names of the sources to ask; names that are none of them are passed over."""
    named = {name.strip() for name in os.environ.get(CONFIGURED, "").lower().split(",")}
    return [name for name in SOURCES if name in named or "all" in named]
