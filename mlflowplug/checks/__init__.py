"""The conformance classes, one file per plugin type; `registry.py` lists them."""
