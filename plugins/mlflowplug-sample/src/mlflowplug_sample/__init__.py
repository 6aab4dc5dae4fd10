"""MLflow plugins of 19 types, all called sample."""

__version__ = "0.1.0"
