"""A loop whose clock the test owns: where nothing is to be read it jumps to the next timer, so that a minute takes a moment."""

import asyncio
import selectors

_SURELY_NOTHING_S = 0.0002
"""Loopback is that fast, unless the machine is very busy; then the clock only jumps while bytes are under way."""


class _JumpingSelector(selectors.DefaultSelector):
    now = 0.0

    def select(self, timeout=None):
        ready = super().select(0) or super().select(_SURELY_NOTHING_S)
        if ready or timeout is None:
            return ready or super().select(None)
        self.now += max(timeout, 0.0)
        return []


class OwnedTimeLoop(asyncio.SelectorEventLoop):
    def __init__(self):
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self):
        return self._jumping.now


def run(scenario):
    """Run `scenario` in owned time."""
    with asyncio.Runner(loop_factory=OwnedTimeLoop) as runner:
        return runner.run(scenario)
