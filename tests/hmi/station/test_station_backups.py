"""What the core makes of backups, and of counters whose record was put back or made again."""

from dataclasses import replace

from hmi.station import backups
from hmi.station.codes import Code
from hmi.station.turn import STATION
from station_db.records.base import Digest, Instant, RecordId
from station_db.records.keeping import Backup
from station_db.records.local import DOUBTED
from station_db.records.production import CountGap, Cycle, UnseenParts

HOUR_US = 3_600_000_000


class Now:
    """The one thing of a turn that is needed: the time, and what is kept."""

    def __init__(self, wall):
        self.now, self.kept = self, []
        self.wall = Instant(wall)

    def keep(self, record):
        self.kept.append(record)

    def not_before(self, started_at):
        return max(self.wall, started_at)

    def new_id(self):
        return RecordId("alarm-1")


def backup(at, *, ok=True, reason=""):
    return Backup(
        id=RecordId(f"b{at}"), at=Instant(at), file="f", size_bytes=1, digest=Digest(""), epoch="e", seq=1, ok=ok, reason=reason
    )


def test_a_good_backup_is_shown_and_recorded_and_ends_the_reason_of_a_failure():
    turn = Now(HOUR_US)
    failed = backups.made(backups.began(HOUR_US, None, turn), backup(1, ok=False, reason="disk full"), turn)
    assert (failed.view.at, failed.view.failing_args) == (None, ("disk full",))
    good = backups.made(failed, backup(2), turn)
    assert (good.view.at, good.view.failing_code) == (2, "")
    assert [one.id for one in turn.kept] == ["b1", "b2"]


def test_the_same_failure_is_recorded_once():
    turn = Now(HOUR_US)
    failed = backups.made(backups.began(HOUR_US, None, turn), backup(1, ok=False, reason="disk full"), turn)
    assert backups.made(failed, backup(2, ok=False, reason="disk full"), turn) is failed
    assert len(turn.kept) == 1


def test_three_periods_without_a_good_backup_are_an_alarm_until_there_is_one():
    kept = backups.began(HOUR_US, backup(0), Now(0))
    assert backups.tell({}, kept, Now(3 * HOUR_US)) == {}
    active = backups.tell({}, kept, Now(3 * HOUR_US + 1))
    assert active.keys() == {(STATION, str(Code.BACKUP_OLD))}
    assert backups.tell(active, backups.made(kept, backup(3 * HOUR_US), Now(0)), Now(3 * HOUR_US + 1)) == {}


def test_where_none_are_made_nobody_waits_for_one():
    assert backups.tell({}, backups.began(0, None, Now(0)), Now(10**15)) == {}


def test_parts_since_a_record_that_may_be_older_are_a_question_and_not_counted(tell):
    story = tell(orders=False).scan().makes(True)
    doubted = {key: replace(row, boot=DOUBTED) for key, row in story.record.positions.items()}
    story.makes(False, True, then_scan=False)
    story.record.positions |= doubted
    story.kill().scan().scan()
    assert len(story.record.all(Cycle)) == 1
    assert not story.record.all(UnseenParts)
    assert story.record.one(CountGap).reason == "record_restored"
    story.makes(True)
    assert len(story.record.all(Cycle)) == 2


def test_a_doubted_counter_that_has_not_moved_is_no_question(tell):
    story = tell(orders=False).scan().makes(True)
    story.record.positions |= {key: replace(row, boot=DOUBTED) for key, row in story.record.positions.items()}
    story.kill().scan().makes(True)
    assert not story.record.all(CountGap)
    assert len(story.record.all(Cycle)) == 2
