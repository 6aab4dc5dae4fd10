"""Bands 0xx and 1xx: what every plugin type has to keep, by its source and when it is loaded.

The rules come from the installed MLflow (`mlflowplug.contract`) and from MLflow's own loading loops
(`mlflowplug/inside/load.py`); the checks only put the facts into words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mlflowplug.builders import why_no_object
from mlflowplug.checks.base import PluginConformance, Subject, fail, not_applicable, not_run, remark
from mlflowplug.checks.facts import FACTS
from mlflowplug.inside import load
from mlflowplug.plugin_types import PLUGIN_TYPES
from mlflowplug.signatures import FunctionNode

if TYPE_CHECKING:
    from mlflowplug.discovery import Plugin
    from mlflowplug.loading import Load, Loaded
    from mlflowplug.plugin_types.base import PluginType
    from mlflowplug.source import Method
    from mlflowplug.static import Analysis

SLOWEST_IMPORT = 3.0
"""So many times MLflow's own import, measured in the same run, an import is surely too slow.

Of one plugin (oci-mlflow 1.0.3) the ratio was 0.7 in one run and 1.6 in the next: whether MLflow or
the plugin finds its files in the system's cache is chance, and a verdict must not hang on it.
"""


class CommonConformance(PluginConformance):
    """The checks that every plugin type shares."""

    @pytest.fixture
    def plugin_name(self) -> str:
        """The entry point's name; an author's class overrides it, or `store_uri`."""
        if self.subject is None:
            not_run("which entry point? override the fixture plugin_name")
        return self.subject.name

    @pytest.fixture
    def plugin(self, plugin_name: str) -> Plugin:
        """The installed entry point."""
        return FACTS.plugin(self.subject or Subject(self.plugin_type, plugin_name))

    @pytest.fixture
    def kind(self) -> PluginType:
        """The plugin type, which the installed MLflow has to know."""
        kind = PLUGIN_TYPES[self.plugin_type]
        contract = FACTS.installed.contract
        if contract.version is None:
            not_run("MLflow is not installed in this environment")
        if not contract.reads(kind):
            not_run(f"MLflow {contract.version} does not read {kind.group} (since {kind.since})")
        return kind

    @pytest.fixture
    def analysis(self, plugin: Plugin, kind: PluginType) -> Analysis:  # noqa: ARG002 (order)
        """What the plugin's source says."""
        analysis = FACTS.analysis(plugin)
        if analysis is None:
            not_run(f"no MLflow reads the group {plugin.group}")
        return analysis

    @pytest.fixture
    def methods(self, analysis: Analysis) -> Analysis:
        """The same, for checks of the methods: they need the class down to its last ancestor."""
        if not analysis.kind.base or analysis.kind.kind in {"function", "app"}:
            not_applicable("MLflow expects no class of its own for this type")
        if not analysis.is_readable:
            not_run(
                "the class cannot be read from the source: "
                f"{analysis.unknown or 'an ancestor or a decorator is out of sight'}"
            )
        return analysis

    @pytest.fixture
    def loaded(self, plugin: Plugin, kind: PluginType) -> Loaded:  # noqa: ARG002 (order)
        """What came of loading the plugin as MLflow does."""
        return FACTS.loaded(plugin)

    @pytest.fixture
    def loaded_by_server(self, plugin: Plugin, kind: PluginType) -> Loaded:  # noqa: ARG002 (order)
        """The same with what `import mlflow.server` did, which is known last."""
        return FACTS.loaded(plugin, by_server=True)

    # -- 0xx: metadata and source -------------------------------------------------------------

    def test_001_mlflow_can_reach_the_name(self, plugin: Plugin, kind: PluginType) -> None:
        """MLflow can reach the plugin by its entry point's name.

        Stores are found by the scheme of a URI, which urllib lower-cases and which may hold
        letters, digits, + - and . only; `my_store://` has no scheme at all for it, and MLflow takes
        such a URI for a local folder: the runs are written to disk and nobody is told
        (mlflow/utils/uri.py, mlflow#3415). Dataset constructors must start with from_ or load_.
        Repair: rename the entry point.
        """
        from mlflowplug.discovery import unreachable

        engines = FACTS.installed.contract.database_engines
        if reason := unreachable(kind, plugin.name, engines):
            fail(f"{reason}. Rename the entry point in [project.entry-points.{kind.group!r}].")

    def test_002_the_reference_names_something(self, plugin: Plugin, analysis: Analysis) -> None:
        """The entry point names an object that its distribution has.

        A module that was left out of the wheel, or a renamed class, shows only when MLflow loads
        the plugin: as a warning, and later as an unsupported URI. Repair: correct the reference
        (`module:attribute`), or add the module to the wheel.
        """
        if plugin.reference is None:
            fail(f"{plugin.value!r} is no object reference: expected module:attribute")
        module, attribute = plugin.reference
        definition, sources = analysis.definition, FACTS.installed.sources
        if definition is not None and definition.kind != "unknown":
            return
        if definition is None and (where := sources.find(module)) is not None:
            if "cannot be parsed" in analysis.unknown:
                fail(f"{where} is no valid Python")
            fail(f"{module} does not define {attribute!r} ({where})")
        if definition is None and not sources.might_hold(module):
            fail(f"there is no module {module} in {plugin.distribution} {plugin.version}")
        not_run(f"{analysis.unknown}; it may be compiled or made at run time")

    def test_003_it_takes_mlflows_call(self, analysis: Analysis) -> None:
        """The object takes the arguments that MLflow passes.

        MLflow passes arguments that its plugin page does not show (tracking_uri= and registry_uri=
        to artifact repositories since 3.2, artifact_uri= to tracking stores): a plugin that lacks
        them fails with a TypeError at its first use, in production (mlflow#16442). The call is
        read from the source of the installed MLflow. Repair: add the arguments, with defaults, or
        **kwargs.
        """
        calls = FACTS.installed.contract.calls(analysis.kind)
        if not calls:
            not_applicable(analysis.call_unknown or "MLflow does not call it")
        if analysis.unbound:
            call, reason = analysis.unbound[0]
            where = analysis.definition.where if analysis.definition else ""
            fail(
                f"MLflow {FACTS.installed.contract.version} calls it with ({call}), and "
                f"{_named(analysis)} refuses that: {reason} ({where})"
            )
        if analysis.definition is None or analysis.definition.is_made_at_run_time:
            not_run(f"the source does not tell: {analysis.unknown}")
        if analysis.call_unknown:
            not_run(f"the source does not tell: {analysis.call_unknown}")

    def test_004_abstract_methods_are_there(self, methods: Analysis) -> None:
        """Every method that MLflow marks abstract is implemented.

        Most base classes of MLflow are no real ABCs (`__metaclass__ = ABCMeta` is Python 2), so a
        class without them can be created, and what it lacks answers None: data is lost without an
        error (mlflow#7766). Repair: implement them; one that your system cannot do should raise
        MlflowException with NOT_IMPLEMENTED.
        """
        if methods.missing:
            fail(f"{len(methods.missing)} abstract methods are missing: {_names(methods.missing)}")

    def test_005_nothing_inherited_loses_data(self, methods: Analysis) -> None:
        """No inherited method takes data and drops it without an error.

        Some methods of MLflow's base classes have an empty body (`set_experiment_tag`,
        `delete_artifacts`): inherited, they say nothing and do nothing. Repair: implement them, or
        raise MlflowException with NOT_IMPLEMENTED.
        """
        if methods.silent:
            fail(f"inherited methods that silently do nothing: {_names(methods.silent)}")

    def test_006_overrides_take_mlflows_arguments(self, methods: Analysis) -> None:
        """Overridden methods take every argument of MLflow's base method, by place and by name.

        MLflow calls its stores both ways (mlflow#3431) and adds arguments from release to release;
        an override with fewer or renamed ones fails with a TypeError when a newer client is used.
        Repair: give the override the base method's signature.
        """
        if methods.mismatches:
            shown = "; ".join(
                f"{item.method.name}: {item.reason.replace('an_argument_of_a_later_mlflow', '…')} "
                f"(MLflow's: {item.method.name}{_shown(item.base)}; {item.method.where})"
                for item in methods.mismatches
            )
            fail(f"{len(methods.mismatches)} methods cannot be called as MLflow's can: {shown}")

    def test_007_no_method_is_left_empty(self, methods: Analysis) -> None:
        """No implemented method has an empty body.

        A body of `pass` answers None where MLflow expects an entity, or drops what it was given
        (the examples of MLflow's plugin page do so). Repair: write it, or raise
        MlflowException with NOT_IMPLEMENTED.
        """
        if methods.empty:
            fail(f"methods that do nothing: {_names(methods.empty)}")

    def test_008_it_leaves_mlflows_own_alone(self, plugin: Plugin, kind: PluginType) -> None:
        """The plugin does not take the name of one of MLflow's own.

        MLflow registers its own first and plugins over them: a plugin named `s3` or `file` serves
        everybody in the environment from then on, without a word; in other types MLflow's own wins
        and the plugin is never used, or MLflow refuses to start. Repair: take a name of your own.
        """
        names = FACTS.installed.contract.built_in_names(kind)
        core = any(p.is_core and p.name == plugin.name for p in FACTS.installed.of_type(kind.name))
        if kind.winner != "all" and not plugin.is_core and (plugin.name in names or core):
            problem = next((p for p in plugin.problems if "MLflow's own" in p), plugin.detail)
            fail(problem or f"{plugin.name!r} is a name of MLflow's own")

    def test_009_no_other_plugin_has_the_name(self, plugin: Plugin, kind: PluginType) -> None:
        """No other installed distribution has a plugin of this type and name.

        One of them wins, by the order in which Python finds the distributions, and nobody is told.
        Repair: uninstall one of them.
        """
        others = [p for p in FACTS.installed.rivals(kind, plugin.name) if p != plugin]
        if kind.winner != "all" and any(not p.is_core for p in others):
            fail(plugin.detail or f"{others[0].distribution} has the same name")

    def test_011_every_name_in_it_is_defined(self, analysis: Analysis) -> None:
        """The plugin's modules use no name that they do not define.

        A missing import is a NameError at the first call, which MLflow swallows in some places
        (header providers) and passes on in others. Repair: add the import.
        """
        from mlflowplug.lint import undefined_names

        modules = {info.module.path: info.module for info in analysis.classes}
        if analysis.definition is not None:
            modules[analysis.definition.module.path] = analysis.definition.module
        if not modules:
            not_run(f"there is no source to read: {analysis.unknown}")
        theirs = [m for m in modules.values() if m.name.partition(".")[0] != "mlflow"]
        found = [text for module in theirs for text in undefined_names(module)]
        if found:
            fail("; ".join(found))

    def test_012_its_function_answers_an_object(self, analysis: Analysis, kind: PluginType) -> None:
        """The function that the entry point names can answer an object.

        MLflow calls it without `await` and keeps what it answers: a coroutine, a generator, text
        or None is noticed only when its methods are missing, at the first use. Repair: return the
        object, from a plain function.
        """
        definition = analysis.definition
        is_called = kind.kind == "app" or bool(FACTS.installed.contract.calls(kind))
        if not is_called or kind.kind == "module":
            not_applicable("MLflow does not call what the entry point names")
        if definition is None or definition.kind == "unknown":
            not_run(f"the source does not tell: {analysis.unknown}")
        if not isinstance(definition.node, FunctionNode):
            not_applicable("the entry point names no function")
        if reason := why_no_object(definition.node):
            fail(f"{_named(analysis)} {reason}; MLflow needs an object ({definition.where})")

    # -- 1xx: loading ---------------------------------------------------------------------------

    def test_101_it_loads_in_import_mlflow(self, loaded: Loaded, kind: PluginType) -> None:
        """It loads in a clean process that runs `import mlflow`.

        MLflow loads many plugins while it is itself half imported. A module that imports, say,
        mlflow.store.tracking.sqlalchemy_store at its top fails there, MLflow only warns, and the
        user later reads "unsupported URI"; under pytest, where MLflow is complete, the same plugin
        loads (mlflow#18509). Anything but an ImportError or AttributeError breaks `import mlflow`
        for everybody in the environment. Repair: let the entry point name a small function that
        imports inside.
        """
        _judge(loaded, load.STATEMENTS[0], kind)

    def test_102_it_loads_with_the_client(self, loaded: Loaded, kind: PluginType) -> None:
        """It loads in a clean process that runs `from mlflow import MlflowClient`.

        See check 101; this is how clients begin.
        """
        _judge(loaded, load.STATEMENTS[1], kind)

    def test_103_it_loads_in_the_server(self, loaded_by_server: Loaded, kind: PluginType) -> None:
        """It loads in a clean process that runs `import mlflow.server`.

        See check 101; this is how the tracking server begins.
        """
        _judge(loaded_by_server, load.STATEMENTS[2], kind)

    def test_104_its_module_can_come_first(self, loaded: Loaded) -> None:
        """Its own module can be imported before MLflow.

        A script that begins with `from acme.store import AcmeStore` imports MLflow from inside the
        plugin. Repair: import MLflow at the top of the module, nothing of its half-imported parts;
        to be registered in such a program too, let the entry point name a function in a module
        that does not import MLflow at its top.
        """
        found = loaded.by(load.PLUGIN_FIRST)
        if found is None:
            not_run("it was not loaded")
        if found.outcome == "warned":
            remark(found.message)
        elif found.outcome != "ok":
            fail(f"importing its module in a clean process {_words(found)}", found.traceback)

    def test_105_it_loads_on_use(self, loaded: Loaded, kind: PluginType) -> None:
        """It loads when MLflow first needs it.

        Types that MLflow does not load with `import mlflow` show their faults only when they are
        used: at the first request, at `mlflow run`, when the server starts. Repair: see the
        message, which is MLflow's own.
        """
        found = loaded.by(load.ON_USE)
        if loaded.unavailable:
            not_run(f"MLflow's own part for it does not work here: {loaded.unavailable}")
        if found is None:
            not_applicable("MLflow loads it at its own import: see check 101")
        if found.outcome != "ok":
            fail(f"when MLflow loads it ({kind.when}), {_blast(found, kind)}", found.traceback)

    def test_106_the_object_takes_mlflows_call(self, loaded: Loaded, kind: PluginType) -> None:
        """The loaded object takes the arguments that MLflow passes.

        The same as check 003, asked of the live object: it also sees what is made at run time.
        Compiled and wrapped callables do not tell, and are not guessed at.
        """
        facts = _facts(loaded)
        answers = facts.get("binds", [])
        if not answers or kind.kind == "module":
            not_applicable("MLflow does not call the object itself")
        if all("no" in answer for answer in answers):
            call = FACTS.installed.contract.calls(kind)[0]
            fail(f"MLflow calls it with ({call}): {answers[0]['no']}")
        if not any(answer == {} for answer in answers):
            not_run(next(answer["unknown"] for answer in answers if "unknown" in answer))

    def test_107_it_is_the_right_kind_of_object(self, loaded: Loaded, kind: PluginType) -> None:
        """The loaded object is of the kind that MLflow expects.

        Repair: let the entry point name what the message asks for.
        """
        facts = _facts(loaded)
        found = facts["object"]["kind"]
        if not _is_expected(kind, found):
            fail(f"the entry point names {_one(found)}; MLflow expects {_one(kind.kind)}")
        if kind.base_required and not facts.get("is_subclass", False):
            fail(f"it is no subclass of {kind.base}, and MLflow refuses it")
        if facts.get("is_subclass") is False:
            remark(
                f"it does not inherit from {kind.base}; methods that MLflow adds will be missing"
            )

    def test_108_the_live_class_is_complete(self, loaded: Loaded) -> None:
        """The loaded class has every abstract method.

        The same as check 004, asked of the live class: it also sees what is added at run time.
        """
        facts = _facts(loaded)
        if "abstract" not in facts:
            not_applicable("the entry point names no class")
        if facts["abstract"]:
            fail(f"abstract methods are missing: {', '.join(facts['abstract'])}")

    def test_109_its_import_is_quick(self, loaded: Loaded, plugin: Plugin) -> None:
        """Importing it does not take several times as long as importing MLflow itself.

        Every program that imports MLflow pays for the plugin's import, whether it uses the plugin
        or not. Repair: import what is heavy inside the functions that need it.
        """
        seconds = _facts(loaded).get("seconds")
        mlflows = FACTS.import_seconds(plugin)
        if seconds is None or not mlflows:
            not_run("its import was not measured")
        remark(f"import: {seconds * 1000:.0f} ms (MLflow itself: {mlflows * 1000:.0f} ms)")
        if seconds > mlflows * SLOWEST_IMPORT:
            fail(f"importing it takes {seconds:.2f} s, importing MLflow {mlflows:.2f} s")

    def test_110_its_import_stays_off_the_network(self, loaded: Loaded, kind: PluginType) -> None:
        """Importing it opens no network connection.

        It would be opened in every program that imports MLflow, and `import mlflow` would hang
        where the other side does not answer. Repair: connect on first use.
        """
        _only_where_many_import_it(kind)
        touched = next((item.network for item in _as_mlflow(loaded) if item.network), "")
        if touched:
            fail(f"the network is used while it is imported: {touched}")

    def test_111_its_import_prints_nothing(self, loaded: Loaded, kind: PluginType) -> None:
        """Importing it prints nothing.

        What is printed ends up in every program that imports MLflow, and spoils the output of those
        that are read by other programs. Repair: use logging.
        """
        _only_where_many_import_it(kind)
        # What a process writes when it dies is no output of the plugin: see check 101.
        alive = [item for item in _as_mlflow(loaded) if item.outcome != "dies"]
        printed = next((item.printed for item in alive if item.printed.strip()), "")
        if printed:
            fail(f"it prints while it is imported: {printed.strip()[:200]!r}")


def _names(methods: tuple[Method, ...]) -> str:
    return ", ".join(dict.fromkeys(method.name for method in methods))


def _shown(method: Method) -> str:
    """A signature as text, defaults as `=…`."""
    if method.signature is None:
        return "(…)"
    parts = [
        f"{p.name}=…" if p.default is not p.empty else str(p).split(":")[0]
        for p in method.signature.parameters.values()
    ]
    return f"({', '.join(parts)})"


def _named(analysis: Analysis) -> str:
    return analysis.plugin.value.partition(":")[2] or analysis.plugin.value


def _only_where_many_import_it(kind: PluginType) -> None:
    if kind.failure == "on_use":
        not_applicable("MLflow loads it only where it is used")


def _as_mlflow(loaded: Loaded) -> list[Load]:
    found = [item for item in loaded.loads if item.statement != load.PLUGIN_FIRST]
    if not found:
        not_run("it was not loaded")
    return found


def _facts(loaded: Loaded) -> dict[str, Any]:
    """What was seen of the live object; without one the check is not run."""
    if "object" not in loaded.facts:
        not_run(loaded.facts.get("load_error") or "it could not be loaded: see check 101 or 105")
    return loaded.facts


def _judge(loaded: Loaded, statement: str, kind: PluginType) -> None:
    found = loaded.by(statement)
    if found is None:
        if not loaded.loads:
            not_run("it was not loaded")
        not_applicable(f"`{statement}` does not load it; MLflow does so {kind.when}")
    if found.outcome != "ok":
        again = ""
        is_circular = any(
            part in found.message for part in ("partially init", "cannot import name")
        )
        if found.outcome == "warned" and "object" in loaded.facts and is_circular:
            again = (
                " Once MLflow is complete it loads: the module imports a part of MLflow that is "
                "still being imported. Let the entry point name a function that imports inside."
            )
        fail(f"in `{statement}` {_blast(found, kind).rstrip('.')}.{again}", found.traceback)


def _blast(found: Load, kind: PluginType) -> str:
    if found.outcome == "warned":
        return f"MLflow warns and does without it: {found.message}"
    if found.outcome == "breaks" and kind.failure == "warned" and found.statement != load.ON_USE:
        return f"it breaks `import mlflow` for everybody in the environment: {found.message}"
    return f"it {_words(found)}"


def _words(found: Load) -> str:
    words = {"breaks": "raises", "hangs": "hangs:", "dies": "ends the process:"}
    return f"{words.get(found.outcome, found.outcome)} {found.message}"


def _one(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _is_expected(kind: PluginType, found: str) -> bool:
    expected = {
        "class": {"class", "function", "callable"},
        "builder": {"class", "function", "callable"},
        "class or builder": {"class", "function", "callable"},
        "module": {"module"},
        "function": {"function", "callable"},
        "app": {"function", "callable"},
    }
    if kind.base_required or kind.name in {"dataset_source", "gateway.providers"}:
        return found == "class"
    return found in expected[kind.kind]
