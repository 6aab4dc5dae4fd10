# Verbatim from MLflow's plugin page (docs/docs/classic-ml/plugins/index.mdx, Apache-2.0), faults and all.
# my_plugin/context.py
from mlflow.tracking.context.abstract_context import RunContextProvider
class MyContextProvider(RunContextProvider):
    """Automatically add custom tags to runs"""
    def in_context(self):
        # Return True if this context applies
        return True
    def tags(self):
        # Return dictionary of tags to add to runs
        return {
            "environment": self._get_environment(),
            "team": self._get_team(),
            "cost_center": self._get_cost_center(),
        }
    def _get_environment(self):
        # Detect environment (dev/staging/prod)
        pass
    def _get_team(self):
        # Get team from environment or config
        pass
    def _get_cost_center(self):
        # Get cost center for billing
        pass
