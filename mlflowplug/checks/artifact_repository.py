"""The conformance class of the artifact repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlflowplug.checks.base import fail
from mlflowplug.checks.common import CommonConformance

if TYPE_CHECKING:
    from mlflowplug.static import Analysis


class ArtifactRepositoryConformance(CommonConformance):
    """All checks of an artifact repository."""

    plugin_type = "artifact_repository"
    prefix = "AR"

    def test_020_downloads_keep_mlflows_guard(self, methods: Analysis) -> None:
        """Downloads go through the base class, which refuses hostile paths.

        ArtifactRepository.download_artifacts checks every path that the storage lists before it
        writes a file; an override skips that, and a listing with `../../x` is written outside the
        target folder (mlflow#18964, mlflow/store/artifact/artifact_repo.py). MLflow's plugin page
        shows the override. Repair: implement `_download_file(remote_file_path, local_path)` and
        leave `download_artifacts` alone.
        """
        for info in methods.classes:
            method = info.find("download_artifacts")
            owner = method.owner.module.name if method else "mlflow"
            if method and owner.split(".")[0] != "mlflow" and not method.calls_super:
                fail(
                    f"{info.name} overrides download_artifacts ({method.where}), which drops "
                    "MLflow's guard against hostile paths; implement _download_file instead"
                )
