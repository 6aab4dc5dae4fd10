"""Develop, test and publish MLflow plugins."""

__version__ = "0.1.0"
