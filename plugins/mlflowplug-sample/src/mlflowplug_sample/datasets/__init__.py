"""Versioned tables: what the dataset plugins read."""

# MLflow loads the plugins in its own import. A program that imports this package first would
# otherwise be in the middle of one of its modules when MLflow asks for it.
import mlflow  # noqa: F401
