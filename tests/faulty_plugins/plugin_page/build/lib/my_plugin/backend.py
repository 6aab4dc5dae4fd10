# Verbatim from MLflow's plugin page (docs/docs/classic-ml/plugins/index.mdx, Apache-2.0), faults and all.
# my_plugin/backend.py
from mlflow.projects.backend import AbstractBackend
from mlflow.projects.submitted_run import SubmittedRun
class MyBackend(AbstractBackend):
    """Custom execution backend for MLflow Projects"""
    def run(
        self,
        project_uri,
        entry_point,
        parameters,
        version,
        backend_config,
        tracking_uri,
        experiment_id,
    ):
        """Execute project on custom infrastructure"""
        # Parse backend configuration
        cluster_config = backend_config.get("cluster_config", {})
        # Submit job to your execution system
        job_id = self._submit_job(
            project_uri=project_uri,
            entry_point=entry_point,
            parameters=parameters,
            cluster_config=cluster_config,
        )
        # Return SubmittedRun for monitoring
        return MySubmittedRun(job_id, tracking_uri)
    def _submit_job(self, project_uri, entry_point, parameters, cluster_config):
        # Implement job submission to your infrastructure
        # Return job ID for monitoring
        pass
class MySubmittedRun(SubmittedRun):
    """Handle for submitted run"""
    def __init__(self, job_id, tracking_uri):
        self.job_id = job_id
        self.tracking_uri = tracking_uri
        super().__init__()
    def wait(self):
        # Wait for job completion and return success status
        return self._poll_job_status()
    def cancel(self):
        # Cancel the running job
        self._cancel_job()
    def get_status(self):
        # Get current job status
        return self._get_job_status()
