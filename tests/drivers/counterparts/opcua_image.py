"""What the OPC UA counterparts hold: a node of each type."""

URI = "urn:test:counterpart"
VALUES = (
    ("Switch", "bool", "Boolean", True),
    ("Short", "int16", "Int16", -12345),
    ("Word", "uint16", "UInt16", 54321),
    ("Long", "int32", "Int32", -1234567890),
    ("DoubleWord", "uint32", "UInt32", 3456789012),
    ("Huge", "int64", "Int64", -(2**60) - 1),
    ("HugeWord", "uint64", "UInt64", 2**63 + 5),
    ("Real", "float32", "Float", -1234.5),
    ("LongReal", "float64", "Double", 6.02214076e23),
    ("Name", "string", "String", "Prüfkörper"),
)
"""Name of the node, type of the tag, type of the node, value."""
ARRAY = [3, -1, 4]
WRITES = {"Switch": False, "Short": -7, "Word": 65535, "Long": 70000, "DoubleWord": 4_000_000_000, "Real": 0.15625, "Name": "Maß"}
BIG_WRITES = {"Huge": 2**61 + 3, "HugeWord": 2**64 - 1, "LongReal": -1e-3}
