"""How much of a line it shares one device may take: little while it is silent, little in a row while it is slow. Pure.

What a device used is paid for by leaving the line to the others for many times as long. A silent one is asked by short probes
(so it is back soon after it answers again) and once in a long while with its whole timeout (so one that is slow is found too).
One that has long left the line to the others may be slow once: a hiccup of the network is nobody's fault.
Times are seconds of the loop's clock. All of it counts only while others use the line.
"""

from __future__ import annotations

_REST = 13
"""How many times as long as it used the line a device leaves it to others: under 8 % of the time is its own."""
_SAVED_S = 12
"""So much rest at most is saved up by who did not need it."""
_PROBE_S = 0.1
"""How long a silent device is waited for."""
_TRIAL_S = 0.25
"""How long one that answers again, but has cost others much lately."""
_OFTEN_SLOWER = 3
"""Either may take so many times as long as the device usually does."""
_FIRST_FULL = 20
_NEXT_FULL = 40
"""A silent device gets its whole timeout again after so many times as long."""
_FADING = 0.9


class Breaker:
    """One device's share of a line."""

    def __init__(self, timeout_s: float) -> None:
        self.timeout_s = timeout_s
        self.usual_s = 0.0
        self._full_at: float | None = None
        """From when on the whole timeout is granted; None before anything is known of the device."""
        self._is_full = True
        """Whether the whole timeout was granted last."""
        self._was_silent = False
        self.is_suspect = True
        """Whether it has not answered since it was last silent, so that little should be asked of it."""
        self.rests_until = float("-inf")
        """Before that time the line is left to the others."""

    def patience_s(self, now: float, *, in_full: bool = False) -> float:
        """Return how long an answer may take; `in_full` where nobody else waits for the line, or a write does."""
        if self._full_at is None:
            self._full_at = now + _FIRST_FULL * self.timeout_s
            self.rests_until = now  # nothing is saved up before it was ever asked
        self._is_full = in_full or now >= self._full_at
        if self._is_full:
            return self.timeout_s
        return min(self.timeout_s, max(_PROBE_S if self.is_suspect else _TRIAL_S, _OFTEN_SLOWER * self.usual_s))

    def answered(self, took_s: float, now: float, *, too_long_s: float = 0.0) -> None:
        """Note an answer after `took_s`; `too_long_s` of the line's time were more than anybody needs."""
        self.usual_s = max(took_s, self.usual_s * _FADING)
        self.is_suspect = False
        if not self._was_silent:
            self._full_at = now
        if too_long_s > 0:
            self._rest(too_long_s, now)

    def silent(self, waited_s: float, now: float) -> None:
        """Note that no answer came in the time we were patient."""
        self.is_suspect = self._was_silent = True
        if self._is_full:
            self._full_at = now + _NEXT_FULL * self.timeout_s
            waited_s = _PROBE_S
        self._rest(waited_s, now)

    def charge(self, stalled_s: float, now: float) -> None:
        """Note that others had to wait so long after it was given up: a gateway may still be busy with it."""
        self._rest(stalled_s, now)
        self.usual_s = max(self.usual_s, stalled_s)  # it may well answer so late, and waiting costs no more than giving up

    def _rest(self, used_s: float, now: float) -> None:
        saved_s = min(max(now - self.rests_until, 0.0), _SAVED_S)
        self.rests_until = max(self.rests_until, now - saved_s + _REST * used_s)
