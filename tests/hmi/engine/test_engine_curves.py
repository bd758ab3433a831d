"""Curves put together from their pieces: in order, once, and never two strokes in one."""

import numpy as np

from drivers.reading import Samples
from hmi.channel.facts import LiveCurve
from hmi.engine.curves import Curves
from hmi.presenters.curves import RunningCurve


def stretch(first, *forces, cycle=7):
    times = tuple(float(at) for at in range(first, first + len(forces)))
    return Samples("press", cycle, ("time", "force"), ("s", "kN"), first, (times, forces), 0, 1, 1)


def forces(curve):
    return np.frombuffer(curve.data, dtype="<f4").reshape(2, -1)[1].tolist()


def test_a_piece_told_twice_is_taken_once():
    curves = Curves()
    for piece in (stretch(0, 1.0, 2.0), stretch(1, 2.0, 3.0), stretch(3, 4.0)):
        curves.add(piece)
    curve = curves.take(7)[7]
    assert (forces(curve), curve.lost) == ([1.0, 2.0, 3.0, 4.0], 0)


def test_a_stroke_that_begins_anew_leaves_nothing_of_the_one_before():
    curves = Curves()
    for piece in (stretch(0, 1.0), stretch(1, 9.0), stretch(2, 9.5), stretch(0, 2.0), stretch(1, 3.0)):
        curves.add(piece)
    curve = curves.take(7)[7]
    assert (forces(curve), curve.lost) == ([2.0, 3.0], 0)


def test_the_screen_begins_it_anew_too():
    running = RunningCurve(7, np.empty((2, 0), dtype=np.float32))
    for first, value in ((0, 1.0), (1, 9.0), (2, 9.5), (0, 2.0)):
        block = np.array([[float(first)], [value]], dtype="<f4")
        running.put(LiveCurve("press", 7, first, 1, 2, block.tobytes()))
    assert running.samples[1].tolist() == [2.0]
