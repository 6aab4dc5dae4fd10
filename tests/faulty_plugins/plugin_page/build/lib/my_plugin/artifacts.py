# Verbatim from MLflow's plugin page (docs/docs/classic-ml/plugins/index.mdx, Apache-2.0), faults and all.
# my_plugin/artifacts.py
from mlflow.store.artifact.artifact_repo import ArtifactRepository
class MyArtifactRepo(ArtifactRepository):
    """Custom artifact repository for scheme 'my-scheme://'"""
    def __init__(self, artifact_uri):
        super().__init__(artifact_uri)
        # Initialize your artifact storage backend
    def log_artifact(self, local_file, artifact_path=None):
        # Upload file to your storage system
        pass
    def log_artifacts(self, local_dir, artifact_path=None):
        # Upload directory to your storage system
        pass
    def list_artifacts(self, path=None):
        # List artifacts in your storage system
        pass
    def download_artifacts(self, artifact_path, dst_path=None):
        # Download artifacts from your storage system
        pass
