"""A labeling session and its question: `python examples/labeling_store.py [FOLDER]`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import mlflow
from mlflow.genai import label_schemas, labeling

from mlflowplug_sample.labeling_store import labeling_store


def main(folder: Path) -> None:
    """Keep a session in `folder`."""
    uri = f"sample:{folder}/store.db"
    mlflow.set_tracking_uri(uri)
    labeling_store(uri).create_label_schema(
        "tone",
        type="feedback",
        title="The tone",
        input=label_schemas.InputCategorical(options=["polite", "rude"]),
        instruction="How does it sound?",
    )
    labeling.create_labeling_session(
        "first week", assigned_users=["alice@example.org"], label_schemas=["tone"]
    )
    for session in labeling.get_labeling_sessions():
        print(f"{session.name}: {', '.join(session.assigned_users)}")
        for name in session.label_schemas:
            schema = labeling_store(uri).get_label_schema(name)
            print(f"  {schema.instruction} {' or '.join(schema.input.options)}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]).absolute())
    else:
        with tempfile.TemporaryDirectory() as temporary:
            main(Path(temporary))
