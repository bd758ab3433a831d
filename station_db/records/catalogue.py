"""Importing this module declares every kind of record."""

from station_db.records import equipment, keeping, orders, people, production
from station_db.records.base import KINDS

MASTER = ("person", "product", "work_master", "job_order", "shift_pattern")
"""Kinds that the centre makes and stations only apply."""
REQUESTS = ("lead_request",)
"""Kinds that a lead makes at the centre."""
REDACTIONS = ("redaction",)
"""Kinds that a planner makes at the centre when somebody is forgotten."""

__all__ = ["KINDS", "MASTER", "REDACTIONS", "REQUESTS", "equipment", "keeping", "orders", "people", "production"]
