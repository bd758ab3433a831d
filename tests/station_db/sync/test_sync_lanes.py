"""Signals go up behind the records, each block and curve once, whoever else sends the same."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from station_db.crashpoints import UPLINK_POINTS
from station_db.reader import Reader
from station_db.signals import Frame, Layout
from station_db.store import Store
from station_db.sync.centre import Centre
from station_db.sync.errors import TransientCentreError, WatermarkMovedError
from station_db.sync.lanes import push_signals, signal_marks
from station_db.tables import SIGNAL_BLOCK, SIGNAL_CURVE
from tests.station_db.store.store_cases import at, cycle_changes
from tests.station_db.sync.sync_cases import connected

PRESS = Layout("press", ("force", "good"), ("float64", "int64"))
LATER_NS = 10**18
CURVES, HOURS = 5, 3


@pytest.fixture
def recorded(store: Store) -> Store:
    """Some hours of frames in blocks, and some curves."""
    for hour in range(HOURS):
        frames = [
            Frame(hour * 20 + each + 1, PRESS, at(hour * 3600 + each), (hour * 3600 + each) * 10**9, (0.5 * each, each))
            for each in range(20)
        ]
        store.append_frames(frames)
    while store.roll_up(LATER_NS):
        pass
    for number in range(1, CURVES + 1):
        store.commit([cycle_changes(number)], at(number))
    return store


def send_all(folder: Path, centre: Centre, limit_bytes: int | None = None) -> int:
    """Until none waits."""
    reader, sent = Reader(folder), 0
    while count := push_signals(reader, centre, at=at(9), limit_bytes=limit_bytes):
        sent += count
    return sent


def there(centre: Centre) -> tuple[int, int]:
    """How many blocks and curves the centre has."""
    with centre.reading() as connection:
        counts = [connection.scalar(select(func.count()).select_from(each)) for each in (SIGNAL_BLOCK, SIGNAL_CURVE)]
    return counts[0] or 0, counts[1] or 0


def test_blocks_and_curves_arrive_once_and_to_the_byte(centre_url: str, recorded: Store, tmp_path: Path) -> None:
    folder = tmp_path / "station"
    reader = Reader(folder)
    blocks = reader.blocks_after(0, 10**9)
    with connected(centre_url) as centre:
        assert reader.signals_waiting(signal_marks(centre, "ST-040", reader.series())) == len(blocks) + CURVES
        assert send_all(folder, centre, limit_bytes=300) == len(blocks) + CURVES
        assert send_all(folder, centre) == 0
        assert there(centre) == (len(blocks), CURVES)
        assert reader.signals_waiting(signal_marks(centre, "ST-040", reader.series())) == 0
        with centre.reading() as connection:
            asked = select(SIGNAL_BLOCK.c.number, SIGNAL_BLOCK.c.data).order_by(SIGNAL_BLOCK.c.number)
            arrived = [(row.number, row.data and bytes(row.data)) for row in connection.execute(asked)]
    assert arrived == [(block.number, block.data) for block in blocks]


@pytest.mark.parametrize("point", UPLINK_POINTS)
def test_a_piece_whose_fate_is_unknown_is_not_doubled(
    centre_url: str, recorded: Store, tmp_path: Path, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class LostError(TransientCentreError):
        """The line broke here."""

    def breaks(name: str) -> None:
        if name == point:
            raise LostError("here", "the line broke")

    folder = tmp_path / "station"
    blocks = len(Reader(folder).blocks_after(0, 10**9))
    with connected(centre_url) as centre:
        monkeypatch.setattr("station_db.sync.lanes.crashpoint", breaks)
        with pytest.raises(LostError):
            push_signals(Reader(folder), centre, at=at(9))
        monkeypatch.undo()
        send_all(folder, centre, limit_bytes=300)
        assert there(centre) == (blocks, CURVES)


def test_two_that_send_at_once_do_not_double(
    sqlite_url: str, recorded: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "station"
    blocks = len(Reader(folder).blocks_after(0, 10**9))
    with connected(sqlite_url) as first, connected(sqlite_url) as second:
        seen = signal_marks(second, "ST-040", Reader(folder).series())
        push_signals(Reader(folder), first, at=at(9), limit_bytes=300)
        monkeypatch.setattr("station_db.sync.lanes.signal_marks", lambda *_: seen)
        with pytest.raises(WatermarkMovedError):
            push_signals(Reader(folder), second, at=at(9))
        monkeypatch.undo()
        send_all(folder, second)
        assert there(second) == (blocks, CURVES)
