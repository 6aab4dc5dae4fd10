"""The plugin's entry point is the class in `source`: MLflow wants a class here."""

# MLflow loads it in its own import. A program that imports this package first would otherwise be in
# the middle of `source` when MLflow asks for the class.
import mlflow  # noqa: F401
