"""Who may give which command. What is not here is denied."""

from __future__ import annotations

from collections.abc import Mapping

from hmi.station import commands
from hmi.station.codes import Code, RefusedError
from station_db.records.people import PersonRole

EVERYBODY = frozenset(PersonRole)
MAKERS = frozenset({PersonRole.OPERATOR, PersonRole.SETTER, PersonRole.LEAD})
"""Those who run the machine; quality measures and judges but does not make parts."""

ALLOWED: Mapping[type[commands.Body], frozenset[PersonRole]] = {
    commands.SignIn: EVERYBODY,
    commands.SignOut: EVERYBODY,
    commands.StartOrder: MAKERS,
    commands.PauseOrder: MAKERS,
    commands.ResumeOrder: MAKERS,
    commands.FinishOrder: MAKERS,
    commands.ConfirmStep: MAKERS,
    commands.ScanSerial: MAKERS,
    commands.EnterMeasurement: EVERYBODY,
    commands.JudgeStep: EVERYBODY,
    commands.BadPart: EVERYBODY,
    commands.SaveDraft: EVERYBODY,
    commands.CountParts: MAKERS,
    commands.TakeBackCount: MAKERS,
    commands.SettleGap: MAKERS,
    commands.AcknowledgeAlarm: EVERYBODY,
    commands.WriteSetpoint: EVERYBODY,
    commands.DownloadRecipe: EVERYBODY,
    commands.DecideConflict: frozenset({PersonRole.SETTER, PersonRole.LEAD}),
    commands.AnswerRequest: MAKERS,
    commands.RetrySync: EVERYBODY,
    commands.ExportSetAside: frozenset({PersonRole.LEAD, PersonRole.QUALITY}),
}
"""Setpoints and recipes besides ask the tag's own rule, which names its roles."""
WITHOUT_A_PERSON = frozenset[type[commands.Body]]({commands.SignIn})
WITHOUT_PEOPLE = WITHOUT_A_PERSON | {
    commands.CountParts,
    commands.TakeBackCount,
    commands.SettleGap,
    commands.RetrySync,
    commands.ExportSetAside,
}
"""Where the station knows nobody at all, its counts are still to be kept: then the station itself is the actor."""


def may(body: type[commands.Body], role: PersonRole | None, *, has_people: bool = True) -> bool:
    """Whether somebody of this role (None: nobody is signed in) may give the command; `has_people`: anybody could sign in."""
    if role is None:
        return body in (WITHOUT_A_PERSON if has_people else WITHOUT_PEOPLE)
    return role in ALLOWED.get(body, frozenset())


def check(body: type[commands.Body], role: PersonRole | None, *, has_people: bool) -> None:
    """Raise `RefusedError` unless the command is allowed."""
    if not may(body, role, has_people=has_people):
        raise RefusedError(Code.NOBODY_SIGNED_IN) if role is None else RefusedError(Code.NOT_ALLOWED, role.value)


def allowed_to(role: PersonRole | None, *, has_people: bool = True) -> tuple[str, ...]:
    """The names of all commands that somebody of this role may give."""
    return tuple(sorted(body.__name__ for body in ALLOWED if may(body, role, has_people=has_people)))
