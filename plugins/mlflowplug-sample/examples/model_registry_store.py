"""Registers a model, promotes it by an alias, and keeps a prompt beside it.

Run it: `python examples/model_registry_store.py [FOLDER]`.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import mlflow

MODEL = """
import mlflow

class Double(mlflow.pyfunc.PythonModel):
    def predict(self, model_input: list[float]) -> list[float]:
        return [2 * number for number in model_input]

mlflow.models.set_model(Double())
"""


def main(folder: Path) -> None:
    """Keep the runs in MLflow's own store and the registry in this one, both in `folder`."""
    mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
    mlflow.set_registry_uri(f"sample:{folder}/store.db")
    mlflow.set_experiment(experiment_id=mlflow.create_experiment("registry", f"{folder}/artifacts"))
    code = folder / "double.py"
    code.write_text(MODEL)
    for _ in range(2):
        mlflow.pyfunc.log_model(
            name="model",
            python_model=str(code),
            registered_model_name="double",
            pip_requirements=[],
        )
    client = mlflow.MlflowClient()
    client.set_registered_model_alias("double", "champion", "1")
    champion = mlflow.pyfunc.load_model("models:/double@champion")
    print("champion:", champion.predict([1.0, 2.0]))
    for version in client.search_model_versions("name = 'double'"):
        print(f"version {version.version}: {version.source}")

    mlflow.genai.register_prompt("greeting", "Hello, {{ name }}!")
    print("prompt:", mlflow.genai.load_prompt("greeting").format(name="world"))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]).absolute())
    else:
        with tempfile.TemporaryDirectory() as temporary:
            main(Path(temporary))
