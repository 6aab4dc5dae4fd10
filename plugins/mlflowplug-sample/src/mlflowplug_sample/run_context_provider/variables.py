"""The environment variables that become tags; no other variable ever does."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Platform:
    """A system that describes its jobs in the environment.

    Attributes:
        marker: the variable that tells that the job is one of this system.
        variables: the variables that are read, by what they become.
    """

    marker: str
    variables: Mapping[str, str]


PLATFORMS = {
    "github": Platform(
        "GITHUB_ACTIONS",
        {
            "repository": "GITHUB_REPOSITORY",
            "ref": "GITHUB_REF_NAME",
            "commit": "GITHUB_SHA",
            "workflow": "GITHUB_WORKFLOW",
            "job": "GITHUB_JOB",
            "run_id": "GITHUB_RUN_ID",
            "run_attempt": "GITHUB_RUN_ATTEMPT",
            "actor": "GITHUB_ACTOR",
        },
    ),
    "gitlab": Platform(
        "GITLAB_CI",
        {
            "project": "CI_PROJECT_PATH",
            "ref": "CI_COMMIT_REF_NAME",
            "commit": "CI_COMMIT_SHA",
            "pipeline_id": "CI_PIPELINE_ID",
            "job": "CI_JOB_NAME",
            "job_id": "CI_JOB_ID",
            "job_url": "CI_JOB_URL",
        },
    ),
    "jenkins": Platform(
        "JENKINS_URL",
        {
            "job": "JOB_NAME",
            "build": "BUILD_NUMBER",
            "build_url": "BUILD_URL",
            "branch": "BRANCH_NAME",
            "commit": "GIT_COMMIT",
        },
    ),
    "azure_pipelines": Platform(
        "TF_BUILD",
        {
            "project": "SYSTEM_TEAMPROJECT",
            "pipeline": "BUILD_DEFINITIONNAME",
            "build_id": "BUILD_BUILDID",
            "branch": "BUILD_SOURCEBRANCH",
            "commit": "BUILD_SOURCEVERSION",
        },
    ),
    "airflow": Platform(
        "AIRFLOW_CTX_DAG_ID",
        {
            "dag_id": "AIRFLOW_CTX_DAG_ID",
            "task_id": "AIRFLOW_CTX_TASK_ID",
            "run_id": "AIRFLOW_CTX_DAG_RUN_ID",
            "try_number": "AIRFLOW_CTX_TRY_NUMBER",
        },
    ),
    "slurm": Platform(
        "SLURM_JOB_ID",
        {
            "cluster": "SLURM_CLUSTER_NAME",
            "partition": "SLURM_JOB_PARTITION",
            "job": "SLURM_JOB_NAME",
            "job_id": "SLURM_JOB_ID",
            "array_task_id": "SLURM_ARRAY_TASK_ID",
            "nodes": "SLURM_JOB_NUM_NODES",
            "rank": "SLURM_PROCID",
        },
    ),
}


def platform_tags(platform: Platform) -> dict[str, str]:
    """What the platform says of this job; nothing in a job that is not one of its own."""
    if not os.environ.get(platform.marker):
        return {}
    found = {key: os.environ.get(name, "") for key, name in platform.variables.items()}
    return {key: value for key, value in found.items() if value}
