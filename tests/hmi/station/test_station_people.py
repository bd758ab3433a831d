"""Who may do what."""

import pytest

from hmi.station import commands
from hmi.station.permissions import allowed_to, may
from hmi.station.topics import PeopleTopic
from station_db.records.people import Person, PersonRole, SignIn

ALL, MAKERS, NOBODY = "operator setter quality lead", "operator setter lead", ""
GOLDEN = {
    "SignIn": "nobody " + ALL,
    "SignOut": ALL,
    "StartOrder": MAKERS,
    "PauseOrder": MAKERS,
    "ResumeOrder": MAKERS,
    "FinishOrder": MAKERS,
    "ConfirmStep": MAKERS,
    "ScanSerial": MAKERS,
    "EnterMeasurement": ALL,
    "JudgeStep": ALL,
    "BadPart": ALL,
    "SaveDraft": ALL,
    "CountParts": MAKERS,
    "TakeBackCount": MAKERS,
    "SettleGap": MAKERS,
    "DecideConflict": "setter lead",
    "AnswerRequest": MAKERS,
    "RetrySync": ALL,
    "ExportSetAside": "quality lead",
    "WriteSetpoint": ALL,
    "DownloadRecipe": ALL,
    "AcknowledgeAlarm": ALL,
}


@pytest.mark.parametrize("name", sorted(commands.BODIES))
def test_every_command_is_allowed_to_exactly_these(name):
    body = commands.BODIES[name]
    roles = {"nobody": None} | {role.value: role for role in PersonRole}
    assert {who for who, role in roles.items() if may(body, role)} == set(GOLDEN[name].split())


def test_a_command_nobody_thought_of_is_denied():
    class Unheard:
        pass

    assert not any(may(Unheard, role) for role in (None, *PersonRole))


def test_nothing_can_be_done_before_somebody_is_signed_in(tell):
    story = tell().start()
    assert (story.answer.code, story.work.order) == ("nobody_signed_in", "")


def test_quality_may_not_start_an_order(tell):
    story = tell().sign_in("quality").start()
    assert (story.answer.code, story.answer.args) == ("not_allowed", ("quality",))
    assert story.view(PeopleTopic).allowed == allowed_to(PersonRole.QUALITY)


def test_an_operator_comes_with_the_badge_alone(tell):
    story = tell().ask(commands.SignIn(badge="1000"))
    assert story.answer.done
    assert story.view(PeopleTopic).signed_in.id == "operator"
    assert story.record.one(SignIn).method == "badge"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (commands.SignIn(badge="4711"), "badge_unknown"),
        (commands.SignIn(person="ghost"), "person_unknown"),
        (commands.SignIn(badge="1003"), "pin_needed"),
        (commands.SignIn(badge="1003", pin="0000"), "pin_wrong"),
        (commands.SignIn(), "person_unknown"),
    ],
)
def test_who_is_not_known_or_not_proven_stays_outside(tell, asked, code):
    story = tell().ask(asked)
    assert (story.answer.code, story.view(PeopleTopic).signed_in) == (code, None)


def test_a_role_above_operator_comes_with_a_pin_the_engine_found_right(tell):
    story = tell().ask(commands.SignIn(badge="1003", pin="1234"), verified=True)
    assert story.view(PeopleTopic).signed_in.role == "lead"


def test_who_comes_replaces_who_was_here(tell):
    story = tell().sign_in("operator").sign_in("lead")
    assert [(one.person, one.end_reason) for one in story.record.all(SignIn)] == [("operator", "replaced"), ("lead", "")]


def test_after_a_kill_nobody_is_signed_in(tell):
    story = tell().sign_in().kill()
    assert story.view(PeopleTopic).signed_in is None
    assert story.record.one(SignIn).end_reason == "restart"


def test_signing_out_leaves_the_work_where_it_is(tell):
    story = tell().scan().sign_in().start().ask(commands.SignOut())
    assert (story.view(PeopleTopic).signed_in, story.work.order) == (None, "WO-1")


def test_somebody_who_left_the_plant_cannot_come_any_more(tell):
    from hmi.station import station

    story = tell()
    gone = Person(id="operator", name="O", initials="O", badge="1000", role=PersonRole.OPERATOR, active=False)
    story.core, _ = station.learn(story.core, [gone], story.now)
    assert story.ask(commands.SignIn(badge="1000")).answer.code == "badge_unknown"
