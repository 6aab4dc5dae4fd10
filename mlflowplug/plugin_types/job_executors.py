"""What runs the server's background jobs."""

from mlflowplug.plugin_types.base import PluginType, Site

TYPE = PluginType(
    name="job_executors",
    prefix="JE",
    purpose="Runs the jobs of an MLflow server on a system of your own.",
    kind="class",
    when="at the start of `mlflow server`",
    activation="MLFLOW_JOB_DEFAULT_EXECUTOR_BACKEND=NAME",
    failure="warned",
    failure_note=(
        "every exception: a warning, and the backend is missing; a taken name stops the server"
    ),
    trigger=(
        "from mlflow.server.jobs.executor_registry import JobExecutorRegistry; "
        "JobExecutorRegistry().discover_and_register()"
    ),
    winner="refused",
    built_in="refused",
    since="3.17",
    runs_in=("server",),
    base="mlflow.server.jobs.executor.AbstractJobExecutor",
    base_required=True,
    call=Site(
        "mlflow.server.jobs.executor_registry",
        "JobExecutorRegistry.discover_and_register",
        "executor_cls",
    ),
    registry=Site("mlflow.server.jobs.executor_registry"),
)
