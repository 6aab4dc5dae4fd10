# Verbatim from MLflow's plugin page (docs/docs/classic-ml/plugins/index.mdx, Apache-2.0), faults and all.
# my_plugin/headers.py
from mlflow.tracking.request_header.abstract_request_header_provider import (
    RequestHeaderProvider,
)
class MyHeaderProvider(RequestHeaderProvider):
    """Add custom headers to MLflow requests"""
    def in_context(self):
        return True
    def request_headers(self):
        return {
            "X-Client-Version": self._get_client_version(),
            "X-Environment": self._get_environment(),
            "X-User-Agent": "MyOrganization-MLflow-Client",
        }
    def _get_client_version(self):
        # Return your client version
        return "1.0.0"
    def _get_environment(self):
        # Detect environment context
        return os.getenv("DEPLOYMENT_ENV", "development")
