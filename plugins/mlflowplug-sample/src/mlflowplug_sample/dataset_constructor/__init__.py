"""The plugin's entry point is the function in `constructor`: MLflow reads its annotation."""

# MLflow loads it in its own import. A program that imports this package first would otherwise be in
# the middle of one of its modules when MLflow asks for the function.
import mlflow  # noqa: F401
