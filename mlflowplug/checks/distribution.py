"""Checks of a distribution as a whole: its metadata and what it declares (PK)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from mlflowplug import toml
from mlflowplug.checks.base import PluginConformance, fail, not_applicable, not_run, remark
from mlflowplug.checks.facts import FACTS, spec
from mlflowplug.inside.installed import CORE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlflowplug.discovery import Distribution

COMMON_NAMES = frozenset({"plugin", "plugins", "store", "stores", "tests", "test", "utils", "src",
                          "lib", "app", "auth", "examples", "docs", "backend"})  # fmt: skip
"""Top-level packages of these names collide with those of others."""


class DistributionConformance(PluginConformance):
    """The checks of a distribution that holds plugins."""

    plugin_type = "distribution"
    prefix = "PK"

    @pytest.fixture
    def distribution(self) -> Distribution:
        """The distribution under test."""
        if self.subject is None:
            not_run("which distribution? it is tested by `mlflowplug test`")
        found = FACTS.installed.distribution(self.subject.name)
        if found is None:
            not_run(f"{self.subject.name} is not installed")
        return found

    def test_001_it_requires_mlflow(self, distribution: Distribution) -> None:
        """The distribution says that it needs MLflow.

        Without it an installer cannot see that a plugin and an MLflow do not fit. Repair: add
        mlflow (or mlflow-skinny, for plugins of the client only) to `dependencies`.
        """
        if not list(_on_mlflow(distribution)):
            fail("its metadata requires neither mlflow nor mlflow-skinny")

    def test_002_it_has_a_lower_bound(self, distribution: Distribution) -> None:
        """The requirement on MLflow has a lower bound.

        MLflow changes what it asks of plugins; a plugin installed beside an older MLflow than it
        was written for fails at run time. Repair: write mlflow>=X, the oldest version that you
        tested.
        """
        bounded = {"~=", ">=", ">", "==", "==="}
        found = list(_on_mlflow(distribution))
        if not found:
            not_applicable("it does not require MLflow: see PK001")
        for requirement in found:
            if not any(part.operator in bounded for part in requirement.specifier):
                fail(f"{requirement} has no lower bound")

    def test_003_it_does_not_hold_mlflow_back(self, distribution: Distribution) -> None:
        """The requirement on MLflow admits the MLflow that is installed.

        An upper bound keeps everybody who installs the plugin from newer releases, security fixes
        among them (Azure/azure-sdk-for-python#49128). Repair: lift the bound, and test the plugin
        on new releases instead.
        """
        installed = FACTS.installed
        for requirement in _on_mlflow(distribution):
            version = installed.core.get(requirement.name.lower().replace("_", "-"))
            if version and not requirement.specifier.contains(version, prereleases=True):
                fail(f"{requirement} does not admit the installed {requirement.name} {version}")
            caps = [str(p) for p in requirement.specifier if p.operator in {"<", "<=", "==", "~="}]
            if caps:
                remark(f"{', '.join(caps)} will block later releases of {requirement.name}")

    def test_004_it_admits_this_python(self, distribution: Distribution) -> None:
        """The versions of Python that it says it runs on can be read, and this one is among them.

        Installers choose a release by Requires-Python; without it, an old Python is given a
        release that cannot run there. Repair: set requires-python in pyproject.toml.
        """
        if not distribution.requires_python:
            remark("its metadata has no Requires-Python: an old Python would be given it, too")
            return
        try:
            pythons = SpecifierSet(distribution.requires_python)
        except InvalidSpecifier:
            fail(f"Requires-Python: {distribution.requires_python!r} is no range of versions")
        if not pythons.contains(FACTS.installed.python, prereleases=True):
            fail(f"Requires-Python: {pythons} leaves out this Python {FACTS.installed.python}")

    def test_005_every_plugin_class_is_registered(self, distribution: Distribution) -> None:
        """Every plugin class in the distribution has an entry point.

        A class that MLflow never hears of does nothing: the header provider on MLflow's plugin
        page has no entry point. Classes that other code uses, and types of which the distribution
        registers a plugin, are left out. Repair: add the entry point.
        """
        from mlflowplug.checks.unregistered import unregistered_classes

        missing = [
            f"{info.path} is a {kind.name}, and no entry point in {kind.group} names it"
            for info, kind in unregistered_classes(distribution)
        ]
        if missing:
            fail("; ".join(missing))

    def test_006_its_groups_are_mlflows(self, distribution: Distribution) -> None:
        """Every entry-point group is one that MLflow reads.

        A slip in the group's name (`mlflow.tracking_stores`) is silent: MLflow never asks for it.
        Repair: correct the group.
        """
        wrong = [
            plugin.detail
            for plugin in FACTS.installed.of_distribution(distribution.name)
            if plugin.state == "unknown group"
        ]
        if wrong:
            fail("; ".join(wrong))

    def test_007_its_packages_have_names_of_their_own(self, distribution: Distribution) -> None:
        """Its top-level packages have names that no other distribution is likely to have.

        Two distributions with a package `plugin` overwrite each other's files, and uninstalling
        one breaks the other. Repair: name the package like the distribution.
        """
        plugins = FACTS.installed.of_distribution(distribution.name)
        names = {p.reference[0].partition(".")[0] for p in plugins if p.reference}
        if common := sorted(names & COMMON_NAMES):
            fail(f"the import package is called {', '.join(common)}")

    def test_008_its_project_table_is_there(self) -> None:
        """The project's metadata is in a place that pip and build read.

        That is the [project] table of pyproject.toml, which every tool knows. Poetry's and Flit's
        own tables, setup.cfg and setup.py still build, but tools that only know the table do not
        see what is there. Repair: write the table; the name, version,
        requirements and entry points go there.
        """
        run = spec()
        if run is None or not run.project:
            not_applicable("only a project folder is asked for it")
        place, fault = metadata_place(run.project)
        if fault:
            fail(fault)
        if place != "[project]":
            remark(f"its metadata is in {place}; the [project] table is what every tool reads")

    def test_009_its_metadata_is_sound(self, distribution: Distribution) -> None:
        """Its metadata can be read, has a version that follows PEP 440, and is there once.

        Repair: see the message; a second copy of the metadata is what an interrupted
        installation leaves behind: uninstall the distribution until nothing is left, install anew.
        """
        from packaging.version import InvalidVersion

        if distribution.problem:
            fail(distribution.problem)
        try:
            Version(distribution.version)
        except InvalidVersion:
            fail(f"{distribution.version!r} is no version (PEP 440)")
        if any(
            item.ghost and item.name == distribution.name for item in FACTS.installed.distributions
        ):
            fail("a second copy of its metadata is installed")

    def test_010_unregistered_classes_keep_the_contract(self, distribution: Distribution) -> None:
        """Plugin classes without an entry point keep MLflow's interface as well.

        Nothing else looks at them, and the day they get their entry point they are used. What is
        found is what checks 003, 004, 006, 007 and 011 find in a registered class. Repair: see the
        message, and PK005.
        """
        from mlflowplug.checks.unregistered import faults_of, unregistered_classes

        found = [
            f"{info.path}: {fault}"
            for info, kind in unregistered_classes(distribution)
            for fault in faults_of(info, kind, distribution)
        ]
        if found:
            fail("; ".join(found))


def metadata_place(folder: str) -> tuple[str, str]:
    """(where a project's metadata is, what is wrong with it)."""
    project = Path(folder)
    file = project / "pyproject.toml"
    try:
        tables = toml.loads(file.read_text("utf-8")) if file.is_file() else {}
    except (toml.TOMLDecodeError, UnicodeDecodeError) as error:
        return "", f"{file.name} is no TOML: {error}"
    if "project" in tables:
        return "[project]", ""
    tools = tables.get("tool", {})
    own = {"poetry": "[tool.poetry]", "flit": "[tool.flit]"}
    places = [place for name, place in own.items() if name in tools]
    places += [name for name in ("setup.cfg", "setup.py") if (project / name).is_file()]
    backend = tables.get("build-system", {}).get("build-backend", "")
    if not backend.startswith("setuptools") and backend:
        places.append(f"what {backend} reads")
    if places:
        return places[0], ""
    if not file.is_file():
        return "", f"there is no {file.name} in {project}"
    return "", f"{file.name} has no [project] table"


def _on_mlflow(distribution: Distribution) -> Iterator[Requirement]:
    for text in distribution.requires:
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            continue
        unconditional = requirement.marker is None or "extra" not in str(requirement.marker)
        if requirement.name.lower().replace("_", "-") in CORE and unconditional:
            yield requirement
