"""Deploys a small model, asks it, and deletes it again: `python examples/deployments.py`."""

from __future__ import annotations

import tempfile
from pathlib import Path

import mlflow
import pandas as pd
from mlflow.deployments import get_deploy_client
from mlflow.pyfunc import PythonModel

TARGET = "sample"


class Double(PythonModel):  # type: ignore[misc]  # MLflow's class has no annotations here
    """Twice its input."""

    def predict(self, model_input: pd.DataFrame) -> pd.DataFrame:
        """Predict."""
        return model_input * 2


def main(folder: Path) -> None:
    """Serve the model from `folder`."""
    mlflow.pyfunc.save_model(str(folder / "model"), python_model=Double(), pip_requirements=[])
    client = get_deploy_client(f"{TARGET}:{folder}/deployments")
    made = client.create_deployment("double", str(folder / "model"))
    try:
        print(made["status"], "at", made["url"])
        print(client.predict("double", pd.DataFrame({"x": [1, 2, 3]})).get_predictions())
    finally:
        client.delete_deployment("double")
    print("deployments:", client.list_deployments())


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        main(Path(temporary))
