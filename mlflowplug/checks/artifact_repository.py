"""The conformance class of the artifact repository."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlflowplug.bindings import bindings
from mlflowplug.builders import made_by
from mlflowplug.checks.base import fail, not_run
from mlflowplug.checks.common import CommonConformance
from mlflowplug.checks.facts import FACTS
from mlflowplug.signatures import dotted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlflowplug.source import ClassInfo, Definition, Method
    from mlflowplug.static import Analysis

GUARDS = frozenset({"validate_path_within_directory", "validate_path_is_safe"})
"""MLflow's own guards (mlflow/utils/uri.py), which an override may well call itself."""


class ArtifactRepositoryConformance(CommonConformance):
    """All checks of an artifact repository."""

    plugin_type = "artifact_repository"
    prefix = "AR"

    def test_020_downloads_keep_mlflows_guard(self, methods: Analysis) -> None:
        """Downloads go through a class of MLflow's, which refuses hostile paths.

        ArtifactRepository.download_artifacts checks every path that the storage lists before it
        writes a file; an override skips that, and a listing with `../../x` is written outside the
        target folder (mlflow#18964, mlflow/store/artifact/artifact_repo.py). MLflow's plugin page
        shows the override. An override that calls MLflow's own is fine. Repair: implement
        `_download_file(remote_file_path, local_path)` and leave `download_artifacts` alone.
        """
        for info in methods.classes:
            method = info.find("download_artifacts")
            if method is None or method.owner.is_mlflows or method.calls_super:
                continue
            calls = list(_calls(method, info))
            others = [name for name in calls if name.endswith(".download_artifacts")]
            guards = [name for name in calls if name.split(".")[-1] in GUARDS]
            if any(_is_mlflows(name, method) for name in others):
                continue
            if others or guards:
                not_run(f"whether {(others or guards)[0]} keeps the guard cannot be told")
            fail(
                f"{info.name} overrides download_artifacts ({method.where}), which drops "
                "MLflow's guard against hostile paths; implement _download_file instead"
            )


def _calls(method: Method, info: ClassInfo, seen: tuple[str, ...] = ()) -> Iterator[str]:
    """What a method calls, also through other methods of the class; `super().x` as `super.x`."""
    for node in ast.walk(method.node):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func).replace("super()", "super")
        yield name
        owner, _, called = name.rpartition(".")
        helper = info.find(called) if owner in {"self", "cls", "super"} else None
        if helper and not helper.owner.is_mlflows and called not in (*seen, method.name):
            yield from _calls(helper, info, (*seen, method.name))


def _is_mlflows(called: str, method: Method) -> bool:
    """Whether `….download_artifacts` is a function of MLflow's, or a method of its classes."""
    owner = called.removesuffix(".download_artifacts")
    if owner == "super":
        return True
    found = _made(owner, method)
    return found is not None and found.module.name.partition(".")[0] == "mlflow"


def _made(owner: str, method: Method) -> ClassInfo | Definition | None:
    """The class, module or instance's class that the text before the dot stands for."""
    sources = FACTS.installed.sources
    module = method.owner.module.within(bindings(method.node.body))
    names = {owner, owner.removesuffix(")").partition("(")[0]}
    if owner.startswith("self."):
        names = {name for item in method.owner.mro for name in _given(item, owner)}
        module = method.owner.module
    found = [sources.resolve(module, name) for name in names if name]
    known = [item for item in found if item is not None and item.kind != "unknown"]
    if len(known) != 1:
        return None
    return made_by(known[0], sources) if known[0].kind == "value" else known[0]


def _given(info: ClassInfo, attribute: str) -> Iterator[str]:
    """Names of the classes that an attribute of the instance is made of in a class's methods."""
    for node in ast.walk(info.node):
        if isinstance(node, ast.Assign) and attribute in map(dotted, node.targets):
            called = node.value.func if isinstance(node.value, ast.Call) else node.value
            yield dotted(called) or "?"
