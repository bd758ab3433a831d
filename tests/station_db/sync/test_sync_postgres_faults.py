"""Whatever befalls a PostgreSQL centre: the right error within the deadline, and afterwards every entry is there once."""

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from station_db.reader import Reader
from station_db.store import Store
from station_db.sync.centre import Centre
from station_db.sync.down import pull
from station_db.sync.errors import CentreError, CentreLostError
from station_db.sync.up import push
from tests.faults.postgres import Postgres
from tests.faults.postgres_faults import FAULTS, Fault, Moment, Scene
from tests.faults.proxy import proxy
from tests.invariants.centre import balance, books_balance, centre_has_no_holes, each_record_is_at_the_centre_once
from tests.station_db.store.store_cases import at, open_store
from tests.station_db.sync.sync_cases import connected, journal_of, local_journal, push_all, record_cycles

STEP_S, PATIENT_S = 0.25, 6.0
"""The deadline of a step where only it can end the waiting, and where the server itself answers."""
LATE_S = 3.0
"""How much later than its deadline a step may end on a busy machine."""
POINTS = {Moment.INSIDE: "before_centre_commit", Moment.AFTER: "after_centre_commit"}
_numbers = itertools.count(1)
_survived: set[str] = set()


@pytest.fixture(scope="module")
def scene(server: Postgres) -> Iterator[Scene]:
    """One centre for all faults: what one leaves behind would be found by the next."""
    server.create("stormy", template="founded")
    with proxy(server.socket, delay_s=0.005) as way:
        yield Scene(server, "stormy", way)
    server.drop("stormy")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("station")


@pytest.fixture(scope="module")
def growing(folder: Path) -> Iterator[Store]:
    opened = open_store(folder)
    yield opened
    opened.close()


@dataclass
class Strike:
    """A fault about to happen; it happens once."""

    fault: Fault
    scene: Scene
    healing: ExitStack
    has_come: bool = False

    def come(self, centre: Centre | None = None) -> None:
        if self.fault.patience and centre is not None:
            centre._driver.execute(self.fault.patience)
        self.has_come = True
        self.healing.enter_context(self.fault.breaking(self.scene))


@pytest.mark.parametrize("fault", FAULTS, ids=str)
@pytest.mark.timeout(20)  # a server is restarted
def test_a_centre_that(fault: Fault, scene: Scene, growing: Store, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _record(growing, 3)
    step_s = STEP_S if CentreLostError in fault.says else PATIENT_S
    with ExitStack() as healing:
        strike = Strike(fault, scene, healing)
        while not strike.has_come:  # on a busy machine a short step may be over before
            began = time.monotonic()
            error = _meet(strike, folder, step_s, monkeypatch)
        assert time.monotonic() - began < step_s + LATE_S
    monkeypatch.undo()
    assert isinstance(error, fault.says) if fault.says else error is None, repr(error)
    _record(growing, 2)
    _is_whole(scene, folder)
    _survived.add(str(fault))


def _record(store: Store, count: int) -> None:
    first = next(_numbers) * 10
    record_cycles(store, first, first + count - 1)


def _meet(strike: Strike, folder: Path, step_s: float, monkeypatch: pytest.MonkeyPatch) -> CentreError | None:
    """Work with the centre until the fault is felt."""
    scene = strike.scene
    url = scene.server.url(scene.plant, "station_ST-040", port=scene.way.port)
    try:
        if strike.fault.moment is Moment.DIALLING:
            strike.come()
        with connected(url, step_s=step_s) as centre:
            _strike_in_time(strike, centre, folder, monkeypatch)
            push_all(folder, centre, limit=1)
    except CentreError as error:
        return error
    return None


def _strike_in_time(strike: Strike, centre: Centre, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two pushes, or at a named point of the next one."""
    if strike.fault.moment is Moment.IDLE:
        push(Reader(folder), centre, at=at(1), limit=1)
        strike.come(centre)

    def point(name: str) -> None:
        if name == POINTS.get(strike.fault.moment) and not strike.has_come:
            strike.come(centre)

    monkeypatch.setattr("station_db.sync.up.crashpoint", point)


def _is_whole(scene: Scene, folder: Path) -> None:
    """I2, I5 and I6, and the way down works too."""
    with connected(scene.server.url(scene.plant, "station_ST-040", port=scene.way.port)) as centre:
        push_all(folder, centre)
        assert journal_of(centre) == local_journal(folder)
        assert len(pull(centre, "ST-040", None)) == 1
    plain = scene.server.url(scene.plant)
    each_record_is_at_the_centre_once(folder, plain)
    centre_has_no_holes(plain, "ST-040")
    books = balance(folder, plain)
    books_balance(books)
    assert books.waiting == 0


def test_forty_faults_and_more_were_survived(
    scene: Scene, request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> None:
    """Counted by the faults themselves; where only some were chosen, those."""
    wanted = {str(fault) for fault in FAULTS}
    chosen = {item.callspec.params.get("fault") for item in request.session.items if hasattr(item, "callspec")}
    record_property("postgresql_faults", len(_survived))
    print(f"{len(_survived)} PostgreSQL faults survived")
    assert len(wanted) == len(FAULTS) >= 40
    assert {str(fault) for fault in chosen if fault in FAULTS} <= _survived
