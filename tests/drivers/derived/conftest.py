import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # derived_scans.py stands beside the tests
from derived_scans import Scans


@pytest.fixture
def scans():
    return Scans
