"""The screwdriver at work: four screws a cycle, each found, run down and tightened."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from drivers.simulation.chance import scatter
from drivers.simulation.work import PartOrder

SCREWS = 4
SCREW_SCANS = 37
"""0.74 s of machine time a screw."""
FOUND, SEATED = 0.15, 0.8
"""Where in a screw's time the bit has found the head and where the head touches."""
GOOD_TORQUE_NM = (3.6, 4.4)
GOOD_ANGLE_DEG = (1000.0, 1160.0)
_SEATED_ANGLE = 0.85
_RUN_DOWN_NM = 0.35
_WEAR_NM = 0.5
"""A worn bit slips: so much less torque at wear 1."""


@dataclass(frozen=True, slots=True)
class ScrewResult:
    """How one screw ended; `screw` counts from 1 within its cycle, 0 before the first."""

    screw: int = 0
    torque_nm: float = 0.0
    angle_deg: float = 0.0
    is_ok: bool = False


def draw_screw(chance: Random, screw: int, wear: float, *, is_bad: bool) -> ScrewResult:
    """Draw how a screw will end; a bad one is cross-threaded (hard and early) or has a stripped thread (soft)."""
    torque = 4.0 - _WEAR_NM * wear + scatter(chance, 0.08)
    angle = 1080.0 + scatter(chance, 12.0)
    if is_bad and chance.random() < 0.7:
        torque, angle = chance.uniform(4.6, 5.2), chance.uniform(300.0, 600.0)
    elif is_bad:
        torque = chance.uniform(1.2, 2.4)
    is_ok = _within(torque, GOOD_TORQUE_NM) and _within(angle, GOOD_ANGLE_DEG)
    return ScrewResult(screw, torque, angle, is_ok)


class ScrewWork:
    """The tool: live torque and angle, and the result of the last screw."""

    def __init__(self) -> None:
        self.reset()

    @property
    def progress(self) -> float:
        """How much of the four screws is done, 0 to 1."""
        return self._done / (SCREWS * SCREW_SCANS)

    @property
    def is_cross_threaded(self) -> bool:
        """True while the last screw stands hard and early, until the next part."""
        return self.result.torque_nm > GOOD_TORQUE_NM[1] and self.result.angle_deg < GOOD_ANGLE_DEG[0]

    def begin(self, order: PartOrder) -> None:
        """Take a part: its screws are drawn."""
        bad_screw = order.chance.randint(1, SCREWS) if order.is_bad else 0
        places = range(1, SCREWS + 1)
        self._screws = [draw_screw(order.chance, place, order.wear, is_bad=place == bad_screw) for place in places]
        self._chance, self._done = order.chance, 0

    def step(self) -> bool | None:
        """Turn on for one scan; the verdict when the last screw sits."""
        place, scan = divmod(self._done, SCREW_SCANS)
        screw = self._screws[place]
        self._done += 1
        self._turn(screw, (scan + 1) / SCREW_SCANS)
        if scan + 1 == SCREW_SCANS:
            self.result = screw
        return all(each.is_ok for each in self._screws) if self._done == SCREWS * SCREW_SCANS else None

    def rest(self) -> None:
        """The tool stands."""
        self.torque_nm = self.angle_deg = 0.0

    def reset(self) -> None:
        """The program starts anew."""
        self.torque_nm = self.angle_deg = 0.0
        self.result = ScrewResult()
        self._screws: list[ScrewResult] = []
        self._done, self._chance = 0, Random(0)

    def _turn(self, screw: ScrewResult, time: float) -> None:
        if time < FOUND:
            self.rest()
        elif time < SEATED:
            self.torque_nm = _RUN_DOWN_NM + scatter(self._chance, 0.03)
            self.angle_deg = screw.angle_deg * _SEATED_ANGLE * (time - FOUND) / (SEATED - FOUND)
        else:
            tight = (time - SEATED) / (1.0 - SEATED)
            self.torque_nm = _RUN_DOWN_NM + (screw.torque_nm - _RUN_DOWN_NM) * tight
            self.angle_deg = screw.angle_deg * (_SEATED_ANGLE + (1.0 - _SEATED_ANGLE) * tight)


def _within(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value <= limits[1]
