"""Whatever befalls a PostgreSQL centre: the right error within the deadline, and afterwards every entry is there once."""

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from station_db.reader import Reader
from station_db.store import Store
from station_db.sync import dialling
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

STEP_S, PATIENT_S = 0.5, 6.0
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
    with proxy(server.socket, delay_s=0.02) as way:
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


@pytest.mark.parametrize("fault", FAULTS, ids=str)
@pytest.mark.timeout(20)  # a server is restarted
def test_a_centre_that(fault: Fault, scene: Scene, growing: Store, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if fault.options:
        monkeypatch.setitem(dialling.POSTGRES, "options", fault.options)
    _record(growing, 3)
    step_s = STEP_S if CentreLostError in fault.says else PATIENT_S
    with ExitStack() as healing:
        began = time.monotonic()
        error = _meet(fault, scene, folder, step_s, monkeypatch, healing)
        assert time.monotonic() - began < step_s + LATE_S
    monkeypatch.undo()
    assert isinstance(error, fault.says) if fault.says else error is None, repr(error)
    _record(growing, 2)
    _is_whole(scene, folder)
    _survived.add(str(fault))


def _record(store: Store, count: int) -> None:
    first = next(_numbers) * 10
    record_cycles(store, first, first + count - 1)


def _meet(
    fault: Fault, scene: Scene, folder: Path, step_s: float, monkeypatch: pytest.MonkeyPatch, healing: ExitStack
) -> CentreError | None:
    """Work with the centre until the fault is felt."""
    url = scene.server.url(scene.plant, "station_ST-040", port=scene.way.port)
    try:
        if fault.moment is Moment.DIALLING:
            healing.enter_context(fault.breaking(scene))
        with connected(url, step_s=step_s) as centre:
            if fault.moment is Moment.IDLE:
                _push_one(folder, centre)
                healing.enter_context(fault.breaking(scene))
            _strike_at(fault, scene, monkeypatch, healing)
            push_all(folder, centre, limit=1)
    except CentreError as error:
        return error
    return None


def _push_one(folder: Path, centre: Centre) -> None:
    push(Reader(folder), centre, at=at(1), limit=1)


def _strike_at(fault: Fault, scene: Scene, monkeypatch: pytest.MonkeyPatch, healing: ExitStack) -> None:
    """At a named point of the next push, once."""
    struck: list[str] = []

    def point(name: str) -> None:
        if name == POINTS.get(fault.moment) and not struck:
            struck.append(name)
            healing.enter_context(fault.breaking(scene))

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
