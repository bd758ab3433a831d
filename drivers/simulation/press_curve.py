"""How a press-fit feels: force over way, with contact, slope and end, and which ends are good."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from random import Random

from drivers.simulation.chance import scatter

CONTACT_KN = 6.0
STROKE_SCANS = 210
"""4.2 s of machine time."""
WAY_MM = 29.9
NOISE_KN = 0.3
GOOD_FORCE_KN = (60.0, 70.0)
GOOD_POSITION_MM = (27.0, 30.5)
_SHAPE = ((0.0, 6.0), (5.0, 8.0), (10.0, 11.0), (15.0, 17.0), (20.0, 25.0), (27.0, 45.0), (30.0, 66.0))
_WEAR_KN = 4.0
"""A worn tool rubs: so much more force at wear 1."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """One stroke as it will be: how far, how hard, how long."""

    end_mm: float
    end_kn: float
    scans: int


def draw_stroke(chance: Random, wear: float, *, is_bad: bool) -> Stroke:
    """Draw a stroke; a bad one ends too hard, too soft or too short."""
    end_mm = WAY_MM + scatter(chance, 0.03)
    end_kn = 65.0 + _WEAR_KN * wear + scatter(chance, 0.8)
    if is_bad:
        end_mm, end_kn = chance.choice(
            (
                (end_mm, chance.uniform(71.0, 73.5)),
                (end_mm, chance.uniform(53.0, 58.5)),
                (chance.uniform(25.0, 26.5), chance.uniform(62.0, 68.0)),
            )
        )
    return Stroke(end_mm, end_kn, STROKE_SCANS + chance.randint(-2, 2))


def is_good(end_mm: float, end_kn: float) -> bool:
    """Judge a part by where its curve ended."""
    low_mm, high_mm = GOOD_POSITION_MM
    low_kn, high_kn = GOOD_FORCE_KN
    return low_mm <= end_mm <= high_mm and low_kn <= end_kn <= high_kn


def force_at(stroke: Stroke, progress: float) -> float:
    """The force in kN when `progress` (0..1) of the stroke's way is done, without noise."""
    way = progress * _SHAPE[-1][0]
    place = min(bisect_right(_SHAPE, (way, float("inf"))), len(_SHAPE) - 1)
    (left_mm, left_kn), (right_mm, right_kn) = _SHAPE[place - 1], _SHAPE[place]
    usual = left_kn + (right_kn - left_kn) * (way - left_mm) / (right_mm - left_mm)
    return CONTACT_KN + (usual - CONTACT_KN) * (stroke.end_kn - CONTACT_KN) / (_SHAPE[-1][1] - CONTACT_KN)
