# Verbatim from MLflow's plugin page (docs/docs/classic-ml/plugins/index.mdx, Apache-2.0), faults and all.
# my_plugin/registry.py
from mlflow.store.model_registry.abstract_store import AbstractStore
class MyModelRegistryStore(AbstractStore):
    """Custom model registry store for scheme 'my-scheme://'"""
    def __init__(self, store_uri):
        super().__init__()
        self.store_uri = store_uri
        # Initialize your model registry backend
    def create_registered_model(self, name, tags=None, description=None):
        # Implement model registration logic
        pass
    def create_model_version(
        self, name, source, run_id=None, tags=None, run_link=None, description=None
    ):
        # Implement model version creation logic
        pass
    def get_registered_model(self, name):
        # Implement model retrieval logic
        pass
    # Implement other required AbstractStore methods...
