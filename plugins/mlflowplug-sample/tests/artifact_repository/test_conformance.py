"""MLflow's contract: the checks that `mlflowplug test` runs, here under plain pytest."""

from __future__ import annotations

import pytest
from mlflowplug.testing import ArtifactRepositoryConformance


class TestLocal(ArtifactRepositoryConformance):
    @pytest.fixture
    def plugin_name(self) -> str:
        return "sample"


class TestMemory(ArtifactRepositoryConformance):
    @pytest.fixture
    def plugin_name(self) -> str:
        return "sample+memory"


class TestS3(ArtifactRepositoryConformance):
    @pytest.fixture
    def plugin_name(self) -> str:
        return "sample+s3"


class TestSFTP(ArtifactRepositoryConformance):
    @pytest.fixture
    def plugin_name(self) -> str:
        return "sample+sftp"
