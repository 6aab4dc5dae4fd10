"""Runs pytest in the plugin's environment: its own, else the one in the folder named first.

The folder is put behind everything that is installed, so nothing in the environment is replaced.
"""

from __future__ import annotations

import sys

if __name__ == "__main__":
    sys.path.append(sys.argv[1])
    sys.path.pop(0)  # the folder of this script
    import pytest

    sys.exit(pytest.main(sys.argv[2:]))
