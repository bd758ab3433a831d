import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # opcua_counterpart.py stands beside the tests
