"""Who is at the station: one person at a time, by badge or name, with a PIN above operator."""

from __future__ import annotations

from dataclasses import replace

from hmi.station import commands
from hmi.station.codes import Code, RefusedError
from hmi.station.plant import Plant
from hmi.station.turn import Turn
from station_db.records.people import Person, PersonRole, SignIn


def needs_pin(person: Person) -> bool:
    """Badges get copied: whoever may do more than ordinary work proves who they are."""
    return person.role is not PersonRole.OPERATOR


def sign_in(current: SignIn | None, plant: Plant, asked: commands.SignIn, turn: Turn, *, verified: bool) -> SignIn:
    """Let a person in, `verified` when the engine found the PIN right; whoever was here leaves.

    Raises `RefusedError` for an unknown badge or person, and where the PIN is needed, wrong or not set.
    """
    person = _find(plant, asked)
    _prove(person, asked.pin, verified=verified)
    if current is not None and current.person == person.id:
        return current
    if current is not None:
        leave(current, "replaced", turn)
    method = ("badge" if asked.badge else "name") + ("_pin" if verified else "")
    came = SignIn(id=turn.new_id(), person=person.id, role=person.role, method=method, started_at=turn.now.wall)
    turn.keep(came, person.id)
    return came


def leave(current: SignIn, reason: str, turn: Turn) -> None:
    """End somebody's time at the station."""
    turn.keep(replace(current, ended_at=turn.not_before(current.started_at), end_reason=reason))


def _find(plant: Plant, asked: commands.SignIn) -> Person:
    here = [person for person in plant.people.values() if person.active]
    if asked.badge:
        found = next((person for person in here if person.badge == asked.badge.strip()), None)
        if found is None:
            raise RefusedError(Code.BADGE_UNKNOWN, asked.badge.strip())
        return found
    found = next((person for person in here if person.id == asked.person), None)
    if found is None:
        raise RefusedError(Code.PERSON_UNKNOWN)
    return found


def _prove(person: Person, pin: str, *, verified: bool) -> None:
    if verified or not needs_pin(person):
        return
    if not person.pin_hash:
        raise RefusedError(Code.PIN_NOT_SET, person.name)
    raise RefusedError(Code.PIN_WRONG if pin else Code.PIN_NEEDED, person.name)
