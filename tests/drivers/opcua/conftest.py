import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # opcua_counterpart.py stands beside the tests


@pytest.fixture(scope="session")
def opcua_server(tmp_path_factory):
    """One server for all tests of a worker that need nothing but a server (group "opcua"); leave it as you found it."""
    import opcua_counterpart
    from opcua_following import free_port

    counterpart, thread = opcua_counterpart.serve(free_port(), tmp_path_factory.mktemp("server-pki"))
    yield counterpart
    opcua_counterpart.stop(counterpart, thread)
