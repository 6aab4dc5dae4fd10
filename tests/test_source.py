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
        ("for It in (): ...", None),
        ("", None),
        ("from nowhere import It", None),
        ("It: int", None),
    ],
)
def test_a_name_is_followed(main: str, kind: str | None, tmp_path: Path) -> None:
    tree = tree_of(tmp_path, main=main, other="class It: ...\nclass Other: ...\nChain = It\n")
    found = tree.lookup("main", "It")
    assert (found.kind if found else None) == kind


def test_circles_end(tmp_path: Path) -> None:
    tree = tree_of(
        tmp_path,
        a="from b import It\nclass Loop(Loop2): ...\nfrom b import Loop2\n",
        b="from a import It\nfrom a import Loop\nclass Loop2(Loop): ...\n",
        star="from star import *\nfrom a import *\n",
    )
    assert tree.lookup("a", "It") is None
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
    ],
)
def test_what_cannot_be_read_is_said(text: str, readable: bool, tmp_path: Path) -> None:
    info = tree_of(tmp_path, main=text).class_at("main.It")
    assert info is not None
    assert info.is_fully_readable == readable


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
    ],
)  # fmt: skip
def test_undefined_names(text: str, names: list[str], tmp_path: Path) -> None:
    """Annotations that are text are never evaluated when the plugin runs: they are no fault."""
    module = tree_of(tmp_path, main=text).module("main")
    assert module is not None
    assert [item.split("'")[1] for item in undefined_names(module)] == names


def test_a_namespace_package_has_several_folders(tmp_path: Path) -> None:
    """Two distributions share the namespace `vendor`; only one of its folders is known by name."""
    for folder, module in (("one", "first"), ("two", "second")):
        place = tmp_path / folder / "vendor"
        place.mkdir(parents=True)
        (place / f"{module}.py").write_text("def build(): ...\n", "utf-8")
    tree = SourceTree([tmp_path / "one", tmp_path / "two"], {"vendor": tmp_path / "one" / "vendor"})
    assert tree.lookup("vendor.first", "build") is not None
    assert tree.lookup("vendor.second", "build") is not None
