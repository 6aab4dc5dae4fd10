"""Reading source: names, imports, classes and their ancestors, without importing anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlflowplug.lint import undefined_names
from mlflowplug.source import SourceTree


def tree_of(folder: Path, **modules: str) -> SourceTree:
    """Modules by name; `pack__sub` is a module of a package, `pack__init` the package itself."""
    for name, text in modules.items():
        path = folder / (name.replace("__init", "__" + "@init@").replace("__", "/") + ".py")
        path = path.with_name(path.name.replace("@init@", "__init__"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return SourceTree([folder])


@pytest.mark.parametrize(
    ("main", "kind"),
    [
        ("class It: ...", "class"),
        ("def It(): ...", "function"),
        ("async def It(): ...", "function"),
        ("It = 5", "value"),
        ("It: int = 5", "value"),
        ("from other import It", "class"),
        ("from other import Other as It", "class"),
        ("from other import *", "class"),
        ("import other as It", "module"),
        ("import other\nIt = other.It", "class"),
        ("from other import Chain as It", "class"),
        ("if True:\n    class It: ...", "class"),
        ("try:\n    from other import It\nexcept ImportError:\n    It = None", "class"),
        ("with open('x'):\n    def It(): ...", "function"),
        ("It = It2 = None", "value"),
        ("(It, other) = 1, 2", "value"),
        ("for It in (): ...", "value"),
        ("", None),
        ("It: int", None),
        ("It.x = 1", None),
        ("It[0] = 1", None),
        ("class It: ...\nIt.x = 1\nIt.y[0] = 2", "class"),
        ("def It(): ...\nIt.__name__ = 'it'", "function"),
        ("class It: ...\n[It.x, *It.y] = 1, 2", "class"),
        ("[*It] = 1, 2", "value"),
        ("It += 1", "value"),
        ("class It: ...\ndel It", "value"),
        # statements that hold others
        ("try:\n    import os\nexcept ImportError: ...\nelse:\n    class It: ...", "class"),
        ("try: ...\nfinally:\n    class It: ...", "class"),
        ("for _ in 'a':\n    class It: ...", "class"),
        ("for _ in 'a': ...\nelse:\n    class It: ...", "class"),
        ("while True:\n    class It: ...", "class"),
        ("match 5:\n    case int():\n        class It: ...", "class"),
        ("match 5:\n    case It: ...", "value"),
        ("match 5:\n    case [1, *It]: ...", "value"),
        ("with open('x') as It: ...", "value"),
        ("if condition:\n    class It: ...", "class"),
        ("if condition:\n    class It: ...\nelse:\n    It = None", "value"),
        ("It = None\nif condition:\n    class It: ...", "value"),
        ("if TYPE_CHECKING:\n    class It: ...\nelse:\n    It = None", "value"),
        (
            "match 5:\n    case 1:\n        class It: ...\n    case _:\n        def It(): ...",
            "value",
        ),
        ("if condition:\n    from other import It\nelse:\n    from other import It", "class"),
        # names that are bound to what cannot be read
        ("from nowhere import It", "unknown"),
        ("from nowhere import *", "unknown"),
        ("import nowhere\nIt = nowhere.It", "unknown"),
        ("from lazy import It", "unknown"),
        ("from lazy import *", "unknown"),
        ("def __getattr__(name): ...", "unknown"),
        ("globals()['I' + 't'] = 5", "unknown"),
        ("globals()['It'] = 5", "value"),
        ("vars()[name] = 5", "unknown"),
        ("exec('class It: ...')", "unknown"),
        ("def make():\n    globals().update(names)\nmake()", "unknown"),
        ("def make():\n    global It\n    It = 5\nmake()", "unknown"),
        ("import sys\nsetattr(sys.modules[__name__], 'It', 5)", "unknown"),
        ("def show():\n    print(locals())", None),
        ("(It, other) = pair", "value"),
    ],
)
def test_a_name_is_followed(main: str, kind: str | None, tmp_path: Path) -> None:
    tree = tree_of(
        tmp_path,
        main=main,
        other="class It: ...\nclass Other: ...\nChain = It\n",
        lazy="def __getattr__(name): ...\n",
    )
    found = tree.lookup("main", "It")
    assert (found.kind if found else None) == kind


def test_circles_end(tmp_path: Path) -> None:
    tree = tree_of(
        tmp_path,
        a="from b import It\nclass Loop(Loop2): ...\nfrom b import Loop2\n",
        b="from a import It\nfrom a import Loop\nclass Loop2(Loop): ...\n",
        star="from star import *\nfrom a import *\n",
        **{f"star{n}": "".join(f"from star{m} import *\n" for m in range(9)) for n in range(9)},
    )
    assert tree.lookup("star0", "Nothing") is None
    assert (found := tree.lookup("a", "It")) is not None
    assert found.kind == "unknown"
    assert tree.lookup("star", "Nothing") is None
    info = tree.class_at("a.Loop")
    assert info is not None
    assert not info.is_fully_readable


def test_a_class_may_take_the_name_of_its_base(tmp_path: Path) -> None:
    tree = tree_of(
        tmp_path,
        main="from other import It\nclass It(It):\n    def b(self): ...\n",
        other="class It:\n    def a(self): ...\n",
    )
    info = tree.class_at("main.It")
    assert info is not None
    assert info.is_fully_readable
    assert [item.path for item in info.mro] == ["main.It", "other.It"]


def test_relative_imports_and_submodules(tmp_path: Path) -> None:
    tree = tree_of(
        tmp_path,
        pack__init="from .sub import It\nfrom . import sub\n",
        pack__sub="from .deep.er import It\n",
        pack__deep__init="",
        pack__deep__er="from ..leaf import Leaf as It\n",
        pack__leaf="class Leaf: ...\n",
    )
    for module, name in (("pack", "It"), ("pack", "sub.It"), ("pack.sub", "It")):
        found = tree.lookup(module, name)
        assert found is not None
        assert found.kind == "class"
        assert found.where.endswith("leaf.py:1")
    deep = tree.lookup("pack", "deep")
    assert deep is not None
    assert deep.kind == "module"
    assert list(tree.modules_of("pack")) == [
        "pack", "pack.deep", "pack.deep.er", "pack.leaf", "pack.sub",
    ]  # fmt: skip


CLASSES = """
from abc import ABC
from typing import Generic, TypeVar
T = TypeVar("T")
class Root(ABC, Generic[T]):
    def a(self): return "root"
    def b(self): return "root"
class Left(Root[int]):
    def a(self): return "left"
class Right(Root[str]):
    def a(self): return "right"
    def b(self): return "right"
    c = None
class Both(Left, Right): ...
class Value(Both):
    a = 5
"""


def test_the_order_of_ancestors_is_pythons(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, main=CLASSES)
    both = tree.class_at("main.Both")
    assert both is not None
    names: dict[str, type] = {}
    exec(CLASSES, names)
    known = {item.__name__ for item in names["Both"].__mro__} - {"ABC", "Generic", "object"}
    assert [item.name for item in both.mro] == [
        item.__name__ for item in names["Both"].__mro__ if item.__name__ in known
    ]
    for name in "ab":
        method = both.find(name)
        assert method is not None
        assert method.owner.name.lower() == getattr(names["Both"](), name)()
    value = tree.class_at("main.Value")
    assert value is not None
    assert value.find("a") is None
    assert (owner := value.owner_of("a")) is not None
    assert owner.name == "Value"


@pytest.mark.parametrize(
    ("text", "readable"),
    [
        ("class It: ...", True),
        ("from somewhere import Base\nclass It(Base): ...", False),
        ("class It(make_base()): ...", False),
        ("class It:\n    def __getattr__(self, name): ...", False),
        ("@register\nclass It: ...", False),
        ("@dataclass(frozen=True)\nclass It: ...", True),
        ("class Base: ...\nclass It(Base): ...", True),
        ("class It:\n    def __getattribute__(self, name): ...", False),
        ("class It:\n    vars()[name] = 5", False),
        ("class It:\n    exec('def a(self): ...')", False),
        ("class It:\n    def show(self): return vars(self)", True),
        ("from abc import ABCMeta\nclass It(metaclass=ABCMeta): ...", True),
        ("class It(metaclass=Meta): ...", False),
        ("class It(**options): ...", False),
        ("class Base:\n    def __init_subclass__(cls): ...\nclass It(Base): ...", False),
        ("class It:\n    def __init_subclass__(cls): ...", True),
        ("class It: ...\nsetattr(It, name, 5)", False),
        ("class It: ...\nsetattr(It, 'a', 5)", True),
        ("class It:\n    def a(self): ...\ndel It.a", False),
        ("class It: ...\nfill(It)", False),
        ("class It: ...\ndef later():\n    fill(It)", False),
        ("class It: ...\nprint(It)", True),
        ("class It: ...\nfor it in (It,):\n    it.a = 5", False),
        ("class It: ...\nIt.a = 5", True),
        ("import abc\nclass It(abc.ABC): ...", True),
        ("from typing_extensions import Protocol\nclass It(Protocol): ...", True),
        ("from nowhere import Protocol\nclass It(Protocol): ...", False),
    ],
)
def test_what_cannot_be_read_is_said(text: str, readable: bool, tmp_path: Path) -> None:
    info = tree_of(tmp_path, main=text).class_at("main.It")
    assert info is not None
    assert info.is_fully_readable == readable


def test_what_is_set_behind_the_body_is_a_member(tmp_path: Path) -> None:
    text = "class It:\n    def a(self): ...\nIt.a = other\nsetattr(It, 'b', other)\n"
    info = tree_of(tmp_path, main=text).class_at("main.It")
    assert info is not None
    for name in "ab":
        assert info.find(name) is None
        assert info.owner_of(name) is info


def test_what_a_class_of_the_same_module_changes_is_seen_in_every_order(tmp_path: Path) -> None:
    text = (
        "class It:\n    class In: ...\n    inner = 5\nIt.inner.x = 1\nAlias = It.In\n"
        "Alias.y = 2\nIt.In.z = 3\nIt.a = 5\nAgain = It\nAgain.b = 6\n"
    )
    tree = tree_of(tmp_path, main=text)
    assert (info := tree.class_at("main.It")) is not None
    assert {"a", "b", "In"} <= set(info.members)
    assert (inner := tree.class_info(tree.lookup("main", "It.In"))) is not None
    assert {"y", "z"} <= set(inner.members)


MEMBERS = """
class Base:
    @classmethod
    def build(cls, uri): ...
    def plain(self, uri): ...
    alias = build
class Outer(Base):
    class Base: ...
    class Inner(Base): ...
outer = Outer()
from nowhere import Far
class Open(Far): ...
"""


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Outer.Inner", "class"),
        ("Outer.build", "function"),
        ("Outer.alias", "value"),
        ("Outer.nothing", None),
        ("Outer.Inner.nothing", None),
        ("Outer.build.attribute", "unknown"),
        ("outer.build", "unknown"),
        ("Open.build", "unknown"),
        ("Far.build", "unknown"),
    ],
)
def test_members_are_followed(name: str, kind: str | None, tmp_path: Path) -> None:
    found = tree_of(tmp_path, main=MEMBERS).lookup("main", name)
    assert (found.kind if found else None) == kind


def test_a_nested_class_sees_the_names_of_the_outer_one(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, main=MEMBERS)
    assert (info := tree.class_info(tree.lookup("main", "Outer.Inner"))) is not None
    assert [item.node.lineno for item in info.mro] == [9, 8]


@pytest.mark.parametrize("text", ["def (:", "x = '\0'"])
def test_what_is_no_python_is_no_module(text: str, tmp_path: Path) -> None:
    tree = tree_of(tmp_path, main=text)
    assert tree.find("main") is not None
    assert tree.module("main") is None
    assert tree.lookup("main", "It") is None


def test_other_encodings_and_undecodable_bytes(tmp_path: Path) -> None:
    (tmp_path / "latin.py").write_bytes(b"# coding: latin-1\nclass It: '\xe4'\n")
    (tmp_path / "broken.py").write_bytes(b"class It: '\xe4'\n")
    tree = SourceTree([tmp_path])
    assert tree.lookup("latin", "It") is not None
    assert tree.module("broken") is None


def test_packages_that_the_path_does_not_show(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "single.py").write_text("class It: ...")
    tree = SourceTree([], {"single": tmp_path / "src" / "single"})
    assert tree.lookup("single", "It") is not None


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("import os\nos.getcwd()", []),
        ("os.getcwd()", ["os"]),
        ("def f(): return os.getcwd()", ["os"]),
        ("from os import *\ngetcwd()", []),
        ("try:\n    unicode\nexcept NameError:\n    unicode = str", []),
        ("if TYPE_CHECKING:\n    import numpy as np\ndef f(x: 'np.ndarray'): ...",
         ["TYPE_CHECKING"]),
        ("def f(x: 'np.ndarray') -> 'List[str]': ...", []),
        ("from __future__ import annotations\ndef f(x: np.ndarray) -> List[str]: ...", []),
        ("def f(x: np.ndarray): ...", ["np"]),
        ("print(__file__, __name__)", []),
        ("class A:\n    x = 1\n    def f(self): return x", ["x"]),
        ("[y for y in range(3)]\nlambda z: z", []),
        ("del missing", ["missing"]),
        ("def f():\n    global late\n    late = 1\ndef g(): return late", []),
        ("from typing import cast\nx = cast('Far', 1)", []),
        ("import typing as t\nx = t.cast('Far', 1)", []),
        ("from typing import TypeVar\nT = TypeVar('T', bound='Far')", []),
        ("from typing import NewType\nT = NewType('T', 'Far')", []),
        ("from typing import cast\nx = cast(Far, 1)", ["Far"]),
        ("print(f'{far} is {near!r:>{width}}')", ["far", "near", "width"]),
        ("def f():\n    x: Far = 1", []),
        ("class A:\n    def f(self):\n        self.x: Far = 1", []),
        ("def f():\n    class A:\n        x: Far = 1", ["Far"]),
        ("x: Far = 1", ["Far"]),
        ("globals()['far'] = 1\nprint(far)", []),
        ("exec('far = 1')\nprint(far)", []),
    ],
)  # fmt: skip
def test_undefined_names(text: str, names: list[str], tmp_path: Path) -> None:
    """Annotations that are text are never evaluated when the plugin runs: they are no fault."""
    module = tree_of(tmp_path, main=text).module("main")
    assert module is not None
    assert [item.split("'")[1] for item in undefined_names(module)] == names


@pytest.mark.parametrize(
    ("files", "holds"),
    [
        ([], False),
        (["pack/__init__.py"], False),
        (["pack/other.py", "pack/sub.txt"], False),
        (["pack/sub.cpython-311-x86_64-linux-gnu.so"], True),
        (["pack/sub.pyd"], True),
        (["pack/sub.pyc"], True),
        (["pack/sub/data.txt"], True),
    ],
)
def test_what_may_be_there_without_a_source(files: list[str], holds: bool, tmp_path: Path) -> None:
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert SourceTree([tmp_path]).might_hold("pack.sub") == holds


def test_a_package_may_have_moved_its_path(tmp_path: Path) -> None:
    assert tree_of(tmp_path, pack__init="__path__.append('elsewhere')").might_hold("pack.sub")


def test_the_place_of_the_longest_name_counts(tmp_path: Path) -> None:
    for name in ("one", "code"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "ctx.py").write_text(f"class It_{name}: ...", "utf-8")
    places = {"corp": tmp_path / "one", "corp.other": tmp_path / "code"}
    tree = SourceTree([], places)
    assert tree.lookup("corp.other.ctx", "It_code") is not None
    assert tree.lookup("corp.ctx", "It_one") is not None


def test_a_namespace_package_has_several_folders(tmp_path: Path) -> None:
    """Two distributions share the namespace `vendor`; only one of its folders is known by name."""
    for folder, module in (("one", "first"), ("two", "second")):
        place = tmp_path / folder / "vendor"
        place.mkdir(parents=True)
        (place / f"{module}.py").write_text("def build(): ...\n", "utf-8")
    tree = SourceTree([tmp_path / "one", tmp_path / "two"], {"vendor": tmp_path / "one" / "vendor"})
    assert tree.lookup("vendor.first", "build") is not None
    assert tree.lookup("vendor.second", "build") is not None
