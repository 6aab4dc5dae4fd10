"""Plugins that work and are written in unusual ways: a check may be not run, but none may fail."""

from __future__ import annotations

from faulty_plugins.healthy import CONTEXT, EVALUATOR, LOGIN, REPOSITORY, SOURCE
from faulty_plugins.specimen import Specimen

BASE = """
from mlflow.tracking.context.abstract_context import RunContextProvider


def in_context(self):
    return False


def tags(self):
    return {}


"""

WHOLE = CONTEXT.partition("class Context")[2].replace("(", "class Context(", 1)
IMPORT = CONTEXT.partition("class Context")[0]
CLASS = "class Context(RunContextProvider):\n    "


def context(name: str, source: str, value: str = "Context") -> Specimen:
    return Specimen(name, "run_context_provider", source, value)


def indented(head: str, tail: str = "", before: str = IMPORT) -> str:
    """The class of the healthy context provider inside a statement."""
    body = "".join(f"    {line}\n" if line else "\n" for line in WHOLE.splitlines())
    return f"{before}\n{head}\n{body}{tail}"


ATTRIBUTES = """

def create_app():
    from fastapi import FastAPI

    return FastAPI()


create_app.__name__ = "acme"
create_app.settings = {}
create_app.settings["prefix"] = "/acme"
"""

PATCHED = (
    ("sets-a-method", BASE + CLASS + "in_context = in_context\n\n\nContext.tags = tags\n"
     "Context.__doc__ = 'It tags.'\n"),
    ("sets-in-a-loop", BASE + CLASS + "pass\n\n\nfor function in (in_context, tags):\n"
     "    setattr(Context, function.__name__, function)\n"),
    ("sets-through-a-function", BASE + CLASS + "pass\n\n\ndef finish(cls):\n"
     "    cls.in_context, cls.tags = in_context, tags\n\n\nfinish(Context)\n"),
    ("sets-in-a-loop-of-classes", BASE + CLASS + "pass\n\n\nfor cls in (Context,):\n"
     "    cls.in_context, cls.tags = in_context, tags\n"),
    ("writes-into-vars", BASE + CLASS + "for function in (in_context, tags):\n"
     "        vars()[function.__name__] = function\n"),
    ("has-a-metaclass", BASE + "from abc import ABCMeta\n\n\nclass Meta(ABCMeta):\n"
     "    def __new__(mcs, name, bases, names):\n"
     "        return super().__new__(mcs, name, bases, names | dict(in_context=in_context,"
     " tags=tags))\n\n\nclass Context(RunContextProvider, metaclass=Meta):\n    pass\n"),
    ("fills-its-subclasses", BASE + "class Filled(RunContextProvider):\n"
     "    def __init_subclass__(cls):\n        cls.in_context, cls.tags = in_context, tags\n\n\n"
     "class Context(Filled):\n    pass\n"),
    ("is-decorated", BASE + "def filled(cls):\n    cls.in_context, cls.tags = in_context, tags\n"
     "    return cls\n\n\n@filled\n" + CLASS + "pass\n"),
)  # fmt: skip
"""Classes of which members are added behind their bodies."""

IN_A_STATEMENT = (
    ("in-an-else", indented("try:\n    import math\nexcept ImportError:\n    Context = None\nelse:")),
    ("in-an-except", indented("try:\n    import no_such_module\nexcept ImportError:")),
    ("in-a-for", indented("for turn in range(1):")),
    ("in-a-while", indented("while True:", "    break\n")),
    ("in-a-match", indented("match 5:\n  case int():").replace("case int():\n    class",
                                                               "case int():\n    class")),
    ("in-one-of-two", indented("import sys\n\nif sys.version_info < (3,):\n    Context = None\nelse:")),
)  # fmt: skip
"""Classes that a statement holds."""

NAMED = (
    ("names-a-nested-class", IMPORT + "class Outer:\n    Base = RunContextProvider\n\n"
     "    class Context(Base):\n        def in_context(self):\n            return False\n\n"
     "        def tags(self):\n            return {}\n",
     "names_a_nested_class:Outer.Context"),
    ("names-a-class-method", CONTEXT + "\n\nclass Base:\n    @classmethod\n    def build(cls):\n"
     "        return Context()\n\n\nclass Factory(Base):\n    pass\n",
     "names_a_class_method:Factory.build"),
    ("names-a-bound-method", CONTEXT + "\n\nclass Factory:\n    def build(self):\n"
     "        return Context()\n\n\nfactory = Factory()\n",
     "names_a_bound_method:factory.build"),
    ("makes-it-global", CONTEXT.replace("class Context", "class _Context")
     + "\n\nglobals()['Con' + 'text'] = _Context\n", "Context"),
    ("executes-it", f"exec({CONTEXT!r})\n", "Context"),
    ("answers-attributes", CONTEXT.replace("class Context", "class _Context")
     + "\n\ndef __getattr__(name):\n    if name == 'Context':\n        return _Context\n"
     "    raise AttributeError(name)\n", "Context"),
)  # fmt: skip
"""Objects that are reached in another way than by a name of the module."""

TEXT = (
    """
from typing import NewType, TypeVar, cast

Store = TypeVar("Store", bound="AcmeStore")
Name = NewType("Name", "AcmeName")
"""
    + CONTEXT
    + """

def one(context):
    found: acme.Context = cast("acme.Context", context)
    return found
"""
)

DELEGATING = REPOSITORY.replace(
    "        self.files = {}\n",
    "        self.files = {}\n        self.inner = LocalArtifactRepository(artifact_uri)\n",
).replace("\n\nclass", "from mlflow.store.artifact.local_artifact_repo import "
          "LocalArtifactRepository\n\n\nclass", 1)  # fmt: skip

DOWNLOAD = "\n    def download_artifacts(self, artifact_path, dst_path=None):\n        return "

UNUSUAL: tuple[Specimen, ...] = (
    *(context(name, source) for name, source in (*PATCHED, *IN_A_STATEMENT)),
    *(context(name, source, value) for name, source, value in NAMED),
    Specimen("has-attributes", "app", ATTRIBUTES, "create_app"),
    Specimen("is-partial", "app", "import functools\n" + ATTRIBUTES
             + "\n\ncreate = functools.partial(create_app)\n", "create"),
    context("has-text", TEXT),
    Specimen("has-class-methods", "dataset_source",
             SOURCE.replace("@staticmethod\n    def _get_source_type(",
                            "@classmethod\n    def _get_source_type(cls")
             .replace("@staticmethod\n    def _can_resolve(",
                      "@classmethod\n    def _can_resolve(cls, "), "Source"),
    Specimen("has-static-methods", "request_auth_provider",
             LOGIN.replace("    def get_auth(self)", "    @staticmethod\n    def get_auth()"),
             "Login"),
    Specimen("may-answer-none", "model_evaluator",
             EVALUATOR.replace("return EvaluationResult(metrics={}, artifacts={})", "return None"),
             "Evaluator"),
    Specimen("delegates", "artifact_repository",
             DELEGATING + DOWNLOAD + "self.inner.download_artifacts(artifact_path, dst_path)\n",
             "Repository"),
    Specimen("calls-the-class", "artifact_repository",
             DELEGATING + DOWNLOAD
             + "LocalArtifactRepository.download_artifacts(self, artifact_path, dst_path)\n",
             "Repository"),
    Specimen("has-a-helper", "artifact_repository",
             DELEGATING + DOWNLOAD + "self._download(artifact_path, dst_path)\n"
             "\n    def _download(self, path, target):\n"
             "        return super().download_artifacts(path, target)\n",
             "Repository"),
)  # fmt: skip
