"""`python -m mlflowplug`."""

from mlflowplug.main import run

if __name__ == "__main__":
    run()
