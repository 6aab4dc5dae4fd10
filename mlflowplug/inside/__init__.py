"""Stand-alone scripts that run in the environment under test: standard library and MLflow only."""
