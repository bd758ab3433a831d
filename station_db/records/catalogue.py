"""Importing this module declares every kind of record."""

from station_db.records import equipment, keeping, orders, people, production
from station_db.records.base import KINDS

MASTER = ("person", "product", "work_master", "job_order", "shift_pattern")
"""Kinds that the centre makes and stations only apply."""
REQUESTS = ("lead_request",)
"""Kinds that a lead makes at the centre."""

__all__ = ["KINDS", "MASTER", "REQUESTS", "equipment", "keeping", "orders", "people", "production"]
