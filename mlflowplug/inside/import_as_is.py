"""Imports MLflow with all installed plugins active and prints, as JSON, what came of it."""

from __future__ import annotations

import importlib.metadata
import json
import sys
import time
import traceback
import warnings
from typing import Any

loading: list[str] = []
"""Entry points being loaded; what is left when the import fails is the culprit."""

original = importlib.metadata.EntryPoint.load


def load(self: importlib.metadata.EntryPoint) -> Any:
    """Load as ever, and note which entry point it is."""
    label = f"{self.group} {self.name} = {self.value}"
    loading.append(label)
    found = original(self)
    loading.remove(label)
    return found


def main() -> None:
    """Import and report; the report is the last line that is printed."""
    importlib.metadata.EntryPoint.load = load  # type: ignore[method-assign]
    answer: dict[str, Any] = {"ok": True, "message": "", "traceback": "", "culprit": ""}
    began = time.perf_counter()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            __import__("mlflow")
        except BaseException as error:
            answer |= {
                "ok": False,
                "message": f"{type(error).__name__}: {error}",
                "traceback": traceback.format_exc()[-8000:],
                "culprit": loading[-1] if loading else "",
            }
    answer["seconds"] = time.perf_counter() - began
    answer["warnings"] = [
        str(item.message) for item in caught if "ttempting to register" in str(item.message)
    ]
    sys.stdout.flush()
    print("\n" + json.dumps(answer))


if __name__ == "__main__":
    sys.path.pop(0)  # the folder of this script: its modules must not stand for a plugin's
    main()
