"""Reads Python source without importing it: modules, classes, their methods and signatures.

Everything in band 0xx rests on this, and the look at the installed MLflow too: neither a plugin nor
MLflow is imported. What cannot be read (compiled modules, names made at run time) is answered with
None or `unknown`, never with a guess.
"""

from __future__ import annotations

import ast
import sysconfig
import tokenize
from collections.abc import Iterator, Sequence
from pathlib import Path

from mlflowplug.bindings import bindings
from mlflowplug.classes import ClassInfo, Method
from mlflowplug.modules import Change, Definition, Module, absolute_name
from mlflowplug.signatures import FunctionNode, dotted

__all__ = ["ClassInfo", "Definition", "Method", "Module", "SourceTree", "bindings"]

Trail = set[tuple[int, str]]
"""The names that have been followed on the way to one, with their modules: a circle ends there."""

NO_SOURCE = frozenset({".so", ".pyd", ".pyc"})
"""Endings of modules that Python imports and nobody can read."""


class SourceTree:
    """The modules that an interpreter would find on its path, parsed on demand."""

    def __init__(self, paths: Sequence[Path], packages: dict[str, Path] | None = None) -> None:
        """`packages` says where packages are that `paths` does not show (editable)."""
        self._paths = [*paths, Path(sysconfig.get_path("stdlib"))]
        self._packages = packages or {}
        self._modules: dict[str, Module | None] = {}
        self._classes: dict[int, ClassInfo] = {}
        self._changes: dict[str, list[tuple[ast.AST, Change]]] = {}

    def find(self, name: str) -> Path | None:
        """The source file of a module, or None (compiled, built in, or not there)."""
        for place in self._places(name):
            for candidate in (place / "__init__.py", place.with_name(place.name + ".py")):
                if candidate.is_file():
                    return candidate
        return None

    def _places(self, name: str) -> Iterator[Path]:
        """Where a module would be, without the ending of its file."""
        parts = name.split(".")
        for size in range(len(parts), 0, -1):
            if known := self._packages.get(".".join(parts[:size])):
                yield known.joinpath(*parts[size:])
        # The path is looked at even when the package is known: a namespace has several folders.
        yield from (path.joinpath(*parts) for path in self._paths)

    def might_hold(self, name: str) -> bool:
        """Whether there may be a module of which no source is found: compiled, zipped, moved."""
        if name in self._packages or any(path.is_file() for path in self._paths):
            return True
        parents = [name.rsplit(".", count)[0] for count in range(1, name.count(".") + 1)]
        return any(_is_without_source(place) for place in self._places(name)) or any(
            _changes_its_path(module) for parent in parents if (module := self.module(parent))
        )

    def modules_of(self, package: str) -> Iterator[str]:
        """Names of all modules in a package, itself first; a plain module has only itself."""
        yield package
        top = self.find(package)
        if top is None or top.name != "__init__.py":
            return
        for path in sorted(top.parent.rglob("*.py")):
            parts = path.relative_to(top.parent).with_suffix("").parts
            if parts != ("__init__",):
                yield ".".join([package, *(part for part in parts if part != "__init__")])

    def module(self, name: str) -> Module | None:
        """The parsed module, or None when there is no source that can be parsed."""
        if name not in self._modules:
            self._modules[name] = self._read(name)
        return self._modules[name]

    def _read(self, name: str) -> Module | None:
        path = self.find(name)
        if path is None:
            return None
        try:
            with tokenize.open(path) as file:
                return Module(name, path, ast.parse(file.read(), str(path)))
        except (OSError, SyntaxError, ValueError):
            return None

    def lookup(self, module_name: str, attribute: str) -> Definition | None:
        """What `module_name:attribute` of an entry point names; an empty attribute: the module."""
        module = self.module(module_name)
        if module is None:
            return None
        if not attribute:
            return Definition("module", module, module.tree, module_name)
        return self.resolve(module, attribute)

    def resolve(self, module: Module, name: str, trail: Trail | None = None) -> Definition | None:
        """Follow a dotted name from a module through imports, assignments and members.

        Returns:
            What it is, `unknown` for a name that is bound but cannot be followed (to a compiled
            module, say), and None for one that is not there.
        """
        trail = set() if trail is None else trail
        if (id(module), name) in trail:
            return None
        trail.add((id(module), name))
        head, _, rest = name.partition(".")
        node = module.names.get(head)
        if node is None:
            found = self._unbound(module, head, trail)
        else:
            found = self._follow(module, head, node, trail)
            found = found or Definition("unknown", module, node, head)
        return self._attribute(found, rest, trail) if found and rest else found

    def _follow(self, module: Module, name: str, node: ast.AST, trail: Trail) -> Definition | None:
        if isinstance(node, ast.ClassDef):
            return Definition("class", module, node, name)
        if isinstance(node, FunctionNode):
            return Definition("function", module, node, name)
        if isinstance(node, ast.Import | ast.ImportFrom):
            return self._imported(module, name, node, trail)
        if alias := _alias(node, name):
            return self.resolve(module, alias, trail)
        return Definition("value", module, node, name)

    def _imported(
        self, module: Module, name: str, node: ast.Import | ast.ImportFrom, trail: Trail
    ) -> Definition | None:
        if isinstance(node, ast.Import):
            alias = next(a for a in node.names if (a.asname or a.name.split(".")[0]) == name)
            return self._as_module(alias.name if alias.asname else alias.name.split(".")[0])
        source = absolute_name(module, node)
        original = next(a.name for a in node.names if (a.asname or a.name) == name)
        target = self.module(source)
        found = self.resolve(target, original, trail) if target else None
        return found or self._as_module(f"{source}.{original}")

    def _as_module(self, name: str) -> Definition | None:
        module = self.module(name)
        return Definition("module", module, module.tree, name) if module else None

    def _unbound(self, module: Module, name: str, trail: Trail) -> Definition | None:
        """A name that a module does not bind itself: from `import *`, a submodule, or nothing."""
        targets = [self.module(star) for star in module.stars]
        for target in targets:
            if target and (found := self.resolve(target, name, trail)):
                return found
        if module.path.name == "__init__.py" and (sub := self._as_module(f"{module.name}.{name}")):
            return sub
        is_open = None in targets or module.may_bind is None or name in module.may_bind
        return Definition("unknown", module, module.tree, name) if is_open else None

    def _attribute(self, found: Definition, rest: str, trail: Trail) -> Definition | None:
        """What a dotted name means that begins with what was found."""
        if found.kind == "module":
            return self.resolve(found.module, rest, trail)
        info = self.class_info(found)
        if info is None:  # a method of an instance, say
            return Definition("unknown", found.module, found.node, rest)
        name, _, more = rest.partition(".")
        owner = info.owner_of(name)
        if owner is None:
            is_certain = info.is_fully_readable
            return None if is_certain else Definition("unknown", info.module, info.node, name)
        member = _member(owner, name)
        return self._attribute(member, more, trail) if more else member

    def class_info(self, found: Definition | None) -> ClassInfo | None:
        """The class behind a definition, or None if it is none."""
        if found is None or found.kind != "class" or not isinstance(found.node, ast.ClassDef):
            return None
        key = id(found.node)
        if key not in self._classes:
            self._classes[key] = ClassInfo(found.node.name, found.module, found.node, self)
        return self._classes[key]

    def class_at(self, path: str) -> ClassInfo | None:
        """The class with this dotted path."""
        module_name, _, name = path.rpartition(".")
        return self.class_info(self.lookup(module_name, name))

    def changes_of(self, info: ClassInfo, module_name: str = "") -> tuple[Change, ...]:
        """What the class's module and the packages around it change about it after its body.

        `module_name`: another module, which is looked at instead. MLflow's own are left out.
        """
        name = module_name or info.module.name
        if name.partition(".")[0] == "mlflow":
            return ()
        around = [name, *(name.rsplit(".", count)[0] for count in range(1, name.count(".") + 1))]
        return tuple(
            change for item in around for node, change in self._changed(item) if node is info.node
        )

    def _changed(self, module_name: str) -> list[tuple[ast.AST, Change]]:
        """The classes that a module's statements change, with the changes."""
        if module_name not in self._changes:
            self._changes[module_name] = []  # while it is looked for: a class may ask again
            module = self.module(module_name)
            self._changes[module_name] = [
                (found.node, change)
                for change in (module.changes if module else ())
                if module and (found := self.resolve(module, change.name))
            ]
            for info in self._classes.values():
                info.forget_members()
        return self._changes[module_name]


def _alias(node: ast.AST, name: str) -> str | None:
    """The dotted name that another one is assigned to as it is: `It = other.It`."""
    if isinstance(node, ast.Assign):
        is_alone = any(isinstance(item, ast.Name) and item.id == name for item in node.targets)
    else:
        is_alone = isinstance(node, ast.AnnAssign)
    value = dotted(node.value) if is_alone and isinstance(node, ast.Assign | ast.AnnAssign) else ""
    return value if value and value.split(".")[0] != name else None


def _member(owner: ClassInfo, name: str) -> Definition:
    """What a class binds a name to; names in a nested class's head are those of the outer one."""
    node = owner.members[name]
    if isinstance(node, FunctionNode):
        return Definition("function", owner.module, node, name, owner)
    inside = owner.module.within(bindings(owner.node.body))
    if isinstance(node, ast.ClassDef):
        return Definition("class", inside, node, name, owner)
    return Definition("value", inside, node, name, owner)


def _is_without_source(place: Path) -> bool:
    """Something lies there that Python can import: compiled, or a folder without a module."""
    beside = place.parent.glob(f"{place.name}.*") if place.parent.is_dir() else ()
    return place.is_dir() or any(item.suffix in NO_SOURCE for item in beside)


def _changes_its_path(module: Module) -> bool:
    return any(isinstance(n, ast.Name) and n.id == "__path__" for n in ast.walk(module.tree))
