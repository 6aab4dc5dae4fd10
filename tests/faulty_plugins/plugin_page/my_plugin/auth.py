# Verbatim from MLflow's plugin page (docs/docs/classic-ml/plugins/index.mdx, Apache-2.0), faults and all.
# my_plugin/auth.py
from mlflow.tracking.request_auth.abstract_request_auth_provider import (
    RequestAuthProvider,
)
class MyAuthProvider(RequestAuthProvider):
    """Custom authentication provider"""
    def get_name(self):
        return "my_auth_provider"
    def get_auth(self):
        # Return authentication object for HTTP requests
        # Can be anything that requests.auth accepts
        return MyCustomAuth()
class MyCustomAuth:
    """Custom authentication class"""
    def __call__(self, request):
        # Add authentication headers to request
        token = self._get_token()
        request.headers["Authorization"] = f"Bearer {token}"
        return request
    def _get_token(self):
        # Implement token retrieval logic
        # E.g., read from file, environment, or API call
        pass
