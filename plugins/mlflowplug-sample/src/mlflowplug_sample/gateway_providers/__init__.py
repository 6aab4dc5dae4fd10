"""The provider of language models.

MLflow registers the class itself (mlflow/gateway/provider_registry.py) and reads its attributes
without a call, so the entry point names `provider.py`'s class and no function stands before it.
"""
