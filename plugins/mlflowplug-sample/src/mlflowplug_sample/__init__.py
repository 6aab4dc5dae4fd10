"""MLflow tracking store sample."""

__version__ = "0.1.0"
