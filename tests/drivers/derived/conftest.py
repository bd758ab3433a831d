import pytest

from tests.drivers.derived.derived_scans import Scans


@pytest.fixture
def scans():
    return Scans
