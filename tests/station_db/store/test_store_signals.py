import pytest
from hypothesis import given
from hypothesis import strategies as st

from station_db.errors import CommitFailedError
from station_db.notices import FRAMES_SHED
from station_db.reader import Reader
from station_db.signals import FORMATS, Frame, Layout, curve_digest, pack, unpack
from tests.station_db.store.store_cases import at, open_store

PRESS = Layout("press", ("force", "good", "index"), ("float64", "int64", "uint64"))
VALUES = {
    "int64": st.integers(-(2**63), 2**63 - 1),
    "uint64": st.integers(0, 2**64 - 1),
    "float64": st.floats(allow_nan=False),
    "float32": st.floats(allow_nan=False, width=32),
}
TYPES = st.lists(st.sampled_from(sorted(FORMATS)), max_size=20)


def frames(first, count, layout=PRESS):
    return [
        Frame(number, layout, at(number), number * 1000, (number / 3, number, None)) for number in range(first, first + count)
    ]


@given(data=st.data(), types=TYPES)
def test_a_packed_frame_gives_every_value_back_exactly(data, types):
    layout = Layout("press", tuple(str(place) for place, _ in enumerate(types)), tuple(types))
    values = tuple(data.draw(st.none() | VALUES[name]) for name in types)
    uncertain = data.draw(st.integers(0, 2 ** len(types) - 1))
    assert unpack(layout, pack(layout, values, uncertain)) == (values, uncertain)


@pytest.mark.parametrize("values", [(1.0, 2), (1.0, 2, -1), (1.0, 2.5, 3)])
def test_values_that_do_not_fit_their_layout_are_refused(values):
    with pytest.raises(ValueError):
        pack(PRESS, values)


def test_frames_come_back_in_order_and_their_numbers_go_on(tmp_path):
    store = open_store(tmp_path)
    assert store.last_frame_number() == 0
    other = Layout("driver", ("torque", "n", "m"), ("float64", "int64", "int64"))
    given_frames = [*frames(1, 3), *frames(4, 2, other)]
    store.append_frames(given_frames)
    with pytest.raises(CommitFailedError):
        store.append_frames(frames(5, 2))
    assert store.last_frame_number() == 5
    store.close()
    assert Reader(tmp_path).frames_after(1, 10) == tuple(given_frames[1:])


def test_frames_beyond_the_budget_are_let_go_oldest_first_and_said(tmp_path):
    store = open_store(tmp_path, signal_budget_bytes=60_000)
    store.append_frames(frames(1, 30_000))
    store.checkpoint(at(0))
    (notice,) = store.notices
    assert (notice.code, notice.args[0]) == (FRAMES_SHED, "20000")
    assert Reader(tmp_path).frames_after(0, 1)[0].number == 20_001
    assert store.last_frame_number() == 30_000
    store.close()


def test_a_digest_tells_curves_apart_by_every_part():
    names, units = ("position", "force"), ("mm", "kN")
    digests = {
        curve_digest(names, units, 2, b"12345678" * 2),
        curve_digest(names, units, 2, b"12345679" * 2),
        curve_digest(names, units, 4, b"12345678" * 2),
        curve_digest(names, ("mm", "N"), 2, b"12345678" * 2),
        curve_digest(("force", "position"), units, 2, b"12345678" * 2),
    }
    assert len(digests) == 5
