"""The executor of an MLflow server's jobs.

MLflow takes nothing but a subclass of AbstractJobExecutor, so the entry point names the class in
`executor.py`, and no function stands before it; see mlflow/server/jobs/executor_registry.py.
"""
