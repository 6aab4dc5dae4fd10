"""Which names statements bind, as Python would when it runs them.

The statements of a module, of a class's body or of a function are looked at alone: what is bound
inside the functions among them is theirs.
"""

from __future__ import annotations

import ast
from collections.abc import Container, Iterable, Iterator, Sequence

from mlflowplug.signatures import FunctionNode, dotted

Bindings = dict[str, ast.AST]
"""Names, and the statements that bind them."""

NAMESPACES = frozenset({"globals", "locals", "vars"})
"""What answers the dictionary of names itself, into which anything can be written."""


def bindings(body: Sequence[ast.stmt]) -> Bindings:
    """Names bound by these statements, also inside if, try, with and loops, the last one counting.

    Where it depends on an `if` or a `match` which of several bindings counts, the name is bound to
    that statement: what it stands for is not known.
    """
    found: Bindings = {}
    for node in body:
        found |= _bound_by(node, found)
    return found


def _bound_by(node: ast.stmt, before: Bindings) -> Bindings:
    match node:
        case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
            return {node.name: node}
        case ast.Import():
            return {alias.asname or alias.name.split(".")[0]: node for alias in node.names}
        case ast.ImportFrom():
            return {alias.asname or alias.name: node for alias in node.names if alias.name != "*"}
        case ast.Assign() | ast.Delete():
            return dict.fromkeys(_names(node.targets), node)
        case ast.AnnAssign() if node.value is None:
            return {}
        case ast.AnnAssign() | ast.AugAssign():
            return dict.fromkeys(_names([node.target]), node)
        case _:
            return _bound_inside(node, before)


def _bound_inside(node: ast.stmt, before: Bindings) -> Bindings:
    match node:
        case ast.If():
            return _bound_by_if(node, before)
        case ast.Match():
            captured = dict.fromkeys(_captured(node), node)
            return captured | _alternatives(node, [case.body for case in node.cases], before)
        case ast.For() | ast.AsyncFor():
            return dict.fromkeys(_names([node.target]), node) | bindings([*node.body, *node.orelse])
        case ast.While():
            return bindings([*node.body, *node.orelse])
        case ast.With() | ast.AsyncWith():
            targets = [item.optional_vars for item in node.items if item.optional_vars]
            return dict.fromkeys(_names(targets), node) | bindings(node.body)
    blocks = [handler.body for handler in getattr(node, "handlers", ())]
    blocks += [getattr(node, name, []) for name in ("body", "orelse", "finalbody")]
    return bindings([item for block in blocks for item in block])  # a try (TryStar since 3.11)


def _bound_by_if(node: ast.If, before: Bindings) -> Bindings:
    if (dotted(node.test) or "").endswith("TYPE_CHECKING"):
        return bindings([*node.body, *node.orelse])
    if isinstance(node.test, ast.Constant):
        return bindings(node.body if node.test.value else node.orelse)
    return _alternatives(node, [node.body, node.orelse], before)


def _alternatives(
    node: ast.stmt, blocks: Sequence[Sequence[ast.stmt]], before: Bindings
) -> Bindings:
    """Names of which one block may bind this, and another block, or what came before, that."""
    found: Bindings = {}
    for block in blocks:
        for name, bound in bindings(block).items():
            other = found.get(name, before.get(name))
            is_certain = other is None or _is_same(other, bound)
            found[name] = bound if is_certain else node
    return found


def _is_same(one: ast.AST, other: ast.AST) -> bool:
    return isinstance(one, ast.Import | ast.ImportFrom) and ast.dump(one) == ast.dump(other)


def _names(targets: Iterable[ast.expr]) -> Iterator[str]:
    """The names among the targets of an assignment: `a`, `(a, *b)`, `globals()["a"]`.

    `a.b = …` and `a[0] = …` bind no name: they change what `a` stands for.
    """
    for target in targets:
        if isinstance(target, ast.Name):
            yield target.id
        elif isinstance(target, ast.Tuple | ast.List):
            yield from _names(target.elts)
        elif isinstance(target, ast.Starred):
            yield from _names([target.value])
        elif isinstance(target, ast.Subscript) and _is_namespace(target.value):
            key = target.slice.value if isinstance(target.slice, ast.Constant) else None
            yield from [key] if isinstance(key, str) else []


def _captured(node: ast.Match) -> Iterator[str]:
    for case in node.cases:
        for pattern in ast.walk(case.pattern):
            name = getattr(pattern, "name", None) or getattr(pattern, "rest", None)
            if isinstance(name, str):
                yield name


# ---------------------------------------------------------------------------------------------
# Names made at run time


def makes_names(tree: ast.Module) -> bool:
    """Whether names may come about that are not written down.

    `globals()[name] = …`, `exec(…)`, and whatever is done with `sys.modules[__name__]`, also in
    functions; `vars()` and `locals()` are the module's own only outside of them.
    """
    return any(
        _is_call_of(node, {"globals", "exec"}) or _is_own_module(node) for node in ast.walk(tree)
    ) or any(
        isinstance(node, ast.NamedExpr) or _is_namespace(node) for node in own_nodes(tree.body)
    )


def makes_members(body: Sequence[ast.stmt]) -> bool:
    """Whether a class's body makes members that are not written down (`vars()[name] = …`)."""
    names = NAMESPACES | {"exec"}
    return any(_is_call_of(node, names) for node in own_nodes(body))


def global_names(tree: ast.Module) -> frozenset[str]:
    """Names that functions declare global, and so may bind in the module."""
    return frozenset(
        name for node in ast.walk(tree) if isinstance(node, ast.Global) for name in node.names
    )


def own_nodes(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """All nodes of some statements that are not inside a function or a class among them."""
    waiting = list(body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, FunctionNode | ast.Lambda | ast.ClassDef):
            waiting += ast.iter_child_nodes(node)


def _is_namespace(node: ast.AST) -> bool:
    return _is_call_of(node, NAMESPACES) and isinstance(node, ast.Call) and not node.args


def _is_call_of(node: ast.AST, names: Container[str]) -> bool:
    return isinstance(node, ast.Call) and (dotted(node.func) or "") in names


def _is_own_module(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Subscript)
        and (dotted(node.value) or "").endswith("sys.modules")
        and dotted(node.slice) == "__name__"
    )
