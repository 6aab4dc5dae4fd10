"""Runs beside an MLflow server: logs a run over HTTP, reads it back and compares.

    python -m mlflowplug.inside.demo_client TRACKING_URI

Prints one JSON document: what was compared, and every difference.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

PARAMS = {"learning_rate": "0.01", "optimiser": "adam", "note": "äöü 漢字 🚀"}
TAGS = {"team": "platform", "purpose": "demo"}
LOSSES = [1.0, 0.5, 0.25, 0.125]
ARTIFACT = "model/weights.txt"
WEIGHTS = "0.1 0.2 0.3\n" * 1000


def main() -> None:
    """Log, read back, compare."""
    import mlflow

    client = mlflow.MlflowClient(sys.argv[1])
    experiment = client.create_experiment("mlflowplug demo")
    run_id = client.create_run(experiment, run_name="first-run").info.run_id
    _log(client, run_id)
    with tempfile.TemporaryDirectory() as folder:
        read = _read(client, experiment, run_id, Path(folder))
    expected = _expected(run_id)
    different = [
        f"{key}: logged {expected[key]!r}, read {read[key]!r}"
        for key in expected
        if read[key] != expected[key]
    ]
    print(json.dumps({"run_id": run_id, "compared": sorted(expected), "different": different}))
    sys.stdout.flush()
    os._exit(1 if different else 0)  # MLflow's background threads are not waited for


def _log(client: Any, run_id: str) -> None:
    for key, value in PARAMS.items():
        client.log_param(run_id, key, value)
    for key, value in TAGS.items():
        client.set_tag(run_id, key, value)
    for step, loss in enumerate(LOSSES):
        client.log_metric(run_id, "loss", loss, step=step)
    client.log_text(run_id, WEIGHTS, ARTIFACT)
    client.set_terminated(run_id)


def _read(client: Any, experiment: str, run_id: str, folder: Path) -> dict[str, Any]:
    run = client.get_run(run_id)
    history = client.get_metric_history(run_id, "loss")
    found = client.search_runs([experiment], "metrics.loss < 0.2 and params.optimiser = 'adam'")
    return {
        "status": run.info.status,
        "params": dict(run.data.params),
        "tags": {key: run.data.tags.get(key) for key in TAGS},
        "metric history": [(metric.step, metric.value) for metric in history],
        "search": [each.info.run_id for each in found],
        "artifact": Path(client.download_artifacts(run_id, ARTIFACT, str(folder))).read_text(),
    }


def _expected(run_id: str) -> dict[str, Any]:
    return {
        "status": "FINISHED",
        "params": PARAMS,
        "tags": TAGS,
        "metric history": list(enumerate(LOSSES)),
        "search": [run_id],
        "artifact": WEIGHTS,
    }


if __name__ == "__main__":
    main()
