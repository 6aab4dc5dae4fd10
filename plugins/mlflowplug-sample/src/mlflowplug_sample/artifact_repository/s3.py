"""Artifacts in S3, with URLs by which clients reach S3 past the MLflow server.

The server hands them out for repositories that have MLflow's mixins (mlflow/server/handlers.py):
clients upload large files in parts and download them in ranges, in parallel, while the server moves
none of the data.
"""

from __future__ import annotations

import math
import mimetypes
import ntpath
import posixpath
from pathlib import Path
from typing import Any

from mlflow.entities.multipart_upload import (
    CreateMultipartUploadResponse,
    MultipartUploadCredential,
    MultipartUploadPart,
)
from mlflow.entities.presigned_download import PresignedDownloadUrlResponse
from mlflow.entities.presigned_upload import CreatePresignedUploadResponse
from mlflow.store.artifact.artifact_repo import (
    MultipartDownloadMixin,
    MultipartUploadMixin,
    PresignedUploadMixin,
)

from .errors import invalid, mlflow_errors, not_found
from .names import artifact_key, file_key, folder_key
from .remote import RemoteRepository

PART_SIZE = 8 * 1024 * 1024
"""Bytes of a part; s3fs's own, of 50 MB and ten at a time, would fill half a gigabyte per file."""
MOST_PARTS = 10_000
PARALLEL_PARTS = 4


class S3Repository(
    RemoteRepository,
    MultipartUploadMixin,
    MultipartDownloadMixin,
    PresignedUploadMixin,
):
    """Artifacts in a bucket of S3, or of a server that speaks its protocol."""

    def create_multipart_upload(
        self, local_file: str, num_parts: int = 1, artifact_path: str | None = None
    ) -> CreateMultipartUploadResponse:
        """Begin an upload in parts; each part has a URL that a client can send it to."""
        path = self._target(local_file, artifact_path)
        with mlflow_errors("Cannot begin the upload"):
            upload_id = self._call("create_multipart_upload", path)["UploadId"]
            credentials = [
                MultipartUploadCredential(
                    url=self._filesystem.url(
                        path, client_method="upload_part", PartNumber=number, UploadId=upload_id
                    ),
                    part_number=number,
                    headers={},
                )
                for number in range(1, num_parts + 1)
            ]
        return CreateMultipartUploadResponse(upload_id=upload_id, credentials=credentials)

    def complete_multipart_upload(
        self,
        local_file: str,
        upload_id: str,
        parts: list[MultipartUploadPart],
        artifact_path: str | None = None,
    ) -> None:
        """Make the artifact of the parts."""
        path = self._target(local_file, artifact_path)
        numbered = [{"PartNumber": part.part_number, "ETag": part.etag} for part in parts]
        with mlflow_errors("Cannot complete the upload"):
            self._call(
                "complete_multipart_upload",
                path,
                UploadId=upload_id,
                MultipartUpload={"Parts": numbered},
            )

    def abort_multipart_upload(
        self, local_file: str, upload_id: str, artifact_path: str | None = None
    ) -> None:
        """Throw the parts away."""
        with mlflow_errors("Cannot abort the upload"):
            path = self._target(local_file, artifact_path)
            self._call("abort_multipart_upload", path, UploadId=upload_id)

    def get_download_presigned_url(
        self, artifact_path: str, expiration: int = 300
    ) -> PresignedDownloadUrlResponse:
        """A URL of an artifact for so many seconds, and its size."""
        key = artifact_key(artifact_path)
        path = self._path(key)
        with mlflow_errors("Cannot sign the download"):
            self._filesystem.invalidate_cache(path)
            try:
                info = self._filesystem.info(path)
            except FileNotFoundError as error:
                raise not_found(key) from error
            if info["type"] != "file":
                raise not_found(key)
            url = self._filesystem.url(path, expires=expiration)
        return PresignedDownloadUrlResponse(url=url, headers={}, file_size=info["size"])

    def create_presigned_upload_url(
        self, artifact_path: str, expiration: int = 900
    ) -> CreatePresignedUploadResponse:
        """A URL to upload an artifact to for so many seconds, and the headers to send with it."""
        key = file_key(*posixpath.split(artifact_path))
        kind = mimetypes.guess_type(key)[0] or "application/octet-stream"
        with mlflow_errors("Cannot sign the upload"):
            url = self._filesystem.url(
                self._path(key), expires=expiration, client_method="put_object", ContentType=kind
            )
        return CreatePresignedUploadResponse(presigned_url=url, headers={"Content-Type": kind})

    def _target(self, local_file: str, artifact_path: str | None) -> str:
        # A client's path, which may be one of Windows.
        return self._path(file_key(folder_key(artifact_path), ntpath.basename(local_file)))

    def _path(self, key: str) -> str:
        if "?versionId=" in key:
            raise invalid(f"Invalid artifact path: '{key}'. s3fs reads '?versionId=' as a version.")
        return super()._path(key)

    def _call(self, method: str, path: str, **arguments: Any) -> Any:
        bucket, key, _ = self._filesystem.split_path(path)
        return self._filesystem.call_s3(method, Bucket=bucket, Key=key, **arguments)

    def _put(self, source: str, path: str) -> None:
        part_size = max(PART_SIZE, math.ceil(Path(source).stat().st_size / MOST_PARTS))
        self._filesystem.put_file(source, path, chunksize=part_size, max_concurrency=PARALLEL_PARTS)

    def _download(self, key: str, local_path: str) -> None:
        self._filesystem.get_file(
            self._path(key), local_path, chunksize=PART_SIZE, max_concurrency=PARALLEL_PARTS
        )
