"""Registers a scorer twice and finds its versions: `python examples/scorer_store.py [FOLDER]`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import mlflow
from mlflow.genai.scorers import Guidelines, get_scorer
from mlflow.genai.scorers.registry import list_scorer_versions


def main(folder: Path) -> None:
    """Keep a scorer in `folder`."""
    mlflow.set_tracking_uri(f"sample:{folder}/store.db")
    for rule in ("The answer is polite.", "The answer is polite and short."):
        Guidelines(name="tone", guidelines=[rule]).register(experiment_id="0")
    for scorer, version in list_scorer_versions(name="tone", experiment_id="0"):
        print(f"tone, version {version}: {scorer.guidelines}")
    newest = get_scorer(name="tone", experiment_id="0")
    print(f"the newest is version {newest.scorer_version}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]).absolute())
    else:
        with tempfile.TemporaryDirectory() as temporary:
            main(Path(temporary))
