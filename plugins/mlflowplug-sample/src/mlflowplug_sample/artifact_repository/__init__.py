"""The artifact repositories behind functions, so that loading them imports nothing of MLflow.

MLflow loads this while `import mlflow` still runs, when a part of it cannot be imported yet. Each
function takes the call in mlflow/store/artifact/artifact_repository_registry.py, and raises
MlflowException where the location means nothing or may not be opened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .local import LocalRepository
    from .remote import RemoteRepository
    from .s3 import S3Repository
    from .sftp import SFTPRepository


def artifact_repository(
    artifact_uri: str, tracking_uri: str | None = None, registry_uri: str | None = None
) -> LocalRepository:
    """Local disk: `sample:/path`."""
    from .local import LocalRepository

    return LocalRepository(artifact_uri, tracking_uri, registry_uri)


def remote_artifact_repository(
    artifact_uri: str, tracking_uri: str | None = None, registry_uri: str | None = None
) -> RemoteRepository:
    """What fsspec reaches: such as `sample+gs://bucket/path`."""
    from .remote import RemoteRepository

    return RemoteRepository(artifact_uri, tracking_uri, registry_uri)


def s3_artifact_repository(
    artifact_uri: str, tracking_uri: str | None = None, registry_uri: str | None = None
) -> S3Repository:
    """S3: `sample+s3://bucket/path`."""
    from .s3 import S3Repository

    return S3Repository(artifact_uri, tracking_uri, registry_uri)


def sftp_artifact_repository(
    artifact_uri: str, tracking_uri: str | None = None, registry_uri: str | None = None
) -> SFTPRepository:
    """SFTP: `sample+sftp://user@host:22/path`."""
    from .errors import not_installed

    try:
        from .sftp import SFTPRepository
    except ImportError as error:
        raise not_installed("sftp", error) from error
    return SFTPRepository(artifact_uri, tracking_uri, registry_uri)
