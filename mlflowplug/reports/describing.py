"""What `types` and `show` print."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from mlflowplug.description import Description, TypeFacts
from mlflowplug.discovery import Distribution, Installed
from mlflowplug.reports.inspecting import environment, print_json
from mlflowplug.reports.page import Page

UNKNOWN = "unknown: MLflow is not installed here"
LACKS_SHOWN = 12


# ---------------------------------------------------------------------------------------------
# types


def types(facts: Sequence[TypeFacts], name: str | None, *, as_json: bool) -> None:
    """All types as a table, or everything about one."""
    if as_json:
        print_json({"types": [_type(item) for item in facts]})
    elif name:
        _one_type(facts[0])
    else:
        _all_types(facts)


def _type(facts: TypeFacts) -> dict[str, Any]:
    kind = asdict(facts.kind)
    for internal in ("call", "registry", "trigger"):
        del kind[internal]
    return (
        kind
        | {"group": facts.kind.group, "conflict_rule": facts.conflict_rule}
        | {key: value for key, value in asdict(facts).items() if key != "kind"}
        | {"example": facts.example}
    )


def _all_types(facts: Sequence[TypeFacts]) -> None:
    page = Page()
    page.line(_row("Type", "Codes", "Entry point names a", "Since MLflow"), "bold")
    for item in facts:
        kind = item.kind
        style = "dim" if item.is_read is False else "cyan"
        page.line(_row(kind.name, kind.prefix, kind.kind, kind.since or "1.x"), style)
        page.line(kind.purpose, indent=2)
    page.line()
    page.line("Everything about one: mlflowplug types TYPE")


def _row(name: str, prefix: str, kind: str, since: str) -> str:
    return f"{name:<29}{prefix:<7}{kind:<21}{since}"


def _one_type(facts: TypeFacts) -> None:
    kind = facts.kind
    page = Page()
    page.line(f"{kind.name}: {kind.purpose}", "bold")
    page.line()
    page.fields(
        [
            ("Group", kind.group),
            ("Codes", f"{kind.prefix}…"),
            ("Names a", kind.kind),
            ("Loaded", kind.when),
            ("Called", _calls(facts)),
            ("Failing load", kind.failure_note),
            ("Same name", facts.conflict_rule),
            ("Built in", ", ".join(facts.built_in)),
            ("Activated by", kind.activation),
            ("Runs in", ", ".join(kind.runs_in)),
            ("Base class", _base(facts)),
            ("Required", _methods(facts, facts.required)),
            ("Silent no-ops", ", ".join(facts.silent)),
            ("Optional", _count(facts.optional)),
            ("Since", f"MLflow {kind.since}" if kind.since else "before MLflow 1.30"),
            ("Installed", _is_read(facts)),
        ]
    )
    page.line()
    page.line("In pyproject.toml:", "bold")
    page.line()
    page.line(facts.example)


def _calls(facts: TypeFacts) -> str:
    if facts.mlflow is None:
        return UNKNOWN
    return "\n".join(f"({call})" for call in facts.calls) or "not by MLflow"


def _base(facts: TypeFacts) -> str:
    module, _, name = facts.kind.base.rpartition(".")
    checked = " (MLflow tests that it is one)" if facts.kind.base_required else ""
    return f"{name} of {module}{checked}" if name else ""


def _count(names: Sequence[str]) -> str:
    methods = f"{len(names)} method{'' if len(names) == 1 else 's'}"
    return f"{methods} (--json names them)" if names else ""


def _methods(facts: TypeFacts, names: Sequence[str]) -> str:
    return UNKNOWN if facts.mlflow is None and facts.kind.base else ", ".join(names)


def _is_read(facts: TypeFacts) -> str:
    if facts.mlflow is None:
        return UNKNOWN
    return f"MLflow {facts.mlflow} {'reads' if facts.is_read else 'does not read'} the group"


# ---------------------------------------------------------------------------------------------
# show


def plugins(
    target: str, described: Sequence[Description], found: Installed, *, as_json: bool
) -> None:
    """All that is known of each plugin."""
    if as_json:
        documents = [_plugin(item) for item in described]
        print_json({"target": target, "plugins": documents, "environment": environment(found)})
        return
    page = Page()
    before: Distribution | None = None
    for item in described:
        if item.distribution != before or before is None:
            _distribution(page, item)
        before = item.distribution
        page.line()
        _entry_point(page, item)


def _plugin(item: Description) -> dict[str, Any]:
    analysis, distribution = item.analysis, item.distribution
    definition = analysis.definition if analysis else None
    return asdict(item.plugin) | {
        "target": item.plugin.target,
        "requires": list(distribution.requires) if distribution else [],
        "requires_python": distribution.requires_python if distribution else "",
        "object": definition.kind if definition else None,
        "where": definition.where if definition else None,
        "classes": [info.path for info in analysis.classes] if analysis else [],
        "signature": item.signature,
        "calls": list(item.calls),
        "unknown": _unknown(item),
        "capabilities": dict(analysis.capabilities) if analysis else {},
        "activation": analysis.kind.activation if analysis else "",
        "problems": list(item.problems),
    }


def _distribution(page: Page, item: Description) -> None:
    plugin, distribution = item.plugin, item.distribution
    requires = distribution.requires if distribution else ()
    page.line(f"{plugin.distribution} {plugin.version}".strip(), "bold")
    page.fields(
        [
            ("Metadata", plugin.location),
            ("Python", distribution.requires_python if distribution else ""),
            ("Requires", ", ".join(text for text in requires if "extra" not in text)),
        ]
    )


def _entry_point(page: Page, item: Description) -> None:
    plugin, analysis = item.plugin, item.analysis
    definition = analysis.definition if analysis else None
    purpose = f": {analysis.kind.purpose}" if analysis else ""
    page.line(f"{plugin.target}{purpose}", "bold")
    page.fields(
        [
            ("Entry point", f'[project.entry-points."{plugin.group}"]'),
            (" ", f"{plugin.name} = {plugin.value}"),
            ("State", plugin.state),
            ("Object", f"{definition.kind}, {definition.where}" if definition else "not found"),
            ("Class", ", ".join(info.path for info in analysis.classes) if analysis else ""),
            ("Parameters", item.signature),
            ("MLflow calls", _calls_and_fit(item)),
            ("Unknown", _unknown(item)),
            ("Activated by", _activation(item)),
            ("Capabilities", _capabilities(item)),
            ("Lacks", _lacks(item)),
            ("Problems", "\n".join(f"- {text}" for text in item.problems)),
        ]
    )


def _unknown(item: Description) -> str:
    """What the source does not tell, for each plugin of whom something is asked."""
    analysis = item.analysis
    if analysis is None:
        return ""
    reasons = (analysis.unknown, analysis.call_unknown if item.calls else "")
    return "; ".join(dict.fromkeys(filter(None, reasons)))


def _calls_and_fit(item: Description) -> str:
    calls = "\n".join(f"({call})" for call in item.calls)
    if item.analysis is None or not calls or not item.signature:
        return calls
    which = "which" if len(item.calls) == 1 else "one of which"
    return f"{calls}, {'which does not fit' if item.analysis.unbound else f'{which} fits'}"


def _activation(item: Description) -> str:
    if item.analysis is None:
        return ""
    return item.analysis.kind.activation.replace("NAME", item.plugin.name)


def _capabilities(item: Description) -> str:
    """How many methods of the interface are in which state."""
    states = Counter(dict(item.analysis.capabilities).values()) if item.analysis else Counter()
    return ", ".join(f"{count} {state}" for state, count in states.most_common())


def _lacks(item: Description) -> str:
    """Names of the optional methods that it does not have; a long list is cut."""
    states = item.analysis.capabilities if item.analysis else ()
    names = [name for name, state in states if state == "not implemented"]
    rest = len(names) - LACKS_SHOWN
    shown = names if rest <= 3 else [*names[:LACKS_SHOWN], f"and {rest} more (--json has all)"]
    return ", ".join(shown)
