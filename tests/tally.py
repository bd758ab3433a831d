"""What the fault tests did, counted by themselves, added up and printed; a whole run that did less than promised is red.

So a test that is skipped, or quietly does less, does not pass for proof.
"""

from __future__ import annotations

from collections import Counter

import pytest

LEAST = {
    "kills": 300,
    "app_kills": 10,
    "power_cut_images": 200,
    "failing_calls": 150,
    "file_mutations": 150,
    "network_schedules": 400,
    "postgresql_faults": 40,
    "steps": 2700,
}
"""What the whole suite promises. `steps` are those of the stateful test, 60 stations of 50, a few of which end early."""


class Tally:
    """Listens to the reports of all workers. `is_whole`: nothing was left out by words on the command line."""

    def __init__(self, *, is_whole: bool) -> None:
        self.counts: Counter[str] = Counter()
        self._is_whole = is_whole

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add what a passed test counted."""
        if report.when == "call" and report.passed:
            for name, value in report.user_properties:
                if name in LEAST and isinstance(value, int):
                    self.counts[name] = self._next(name, value)

    def _next(self, name: str, value: int) -> int:
        """PostgreSQL's faults are told as they add up, all others by each test."""
        return max(self.counts[name], value) if name == "postgresql_faults" else self.counts[name] + value

    @property
    def short(self) -> dict[str, int]:
        """What fell short, in a whole run."""
        return {name: self.counts[name] for name, least in LEAST.items() if self._is_whole and self.counts[name] < least}

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """A whole run that fell short has failed."""
        if self.short and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the counts."""
        if self.counts:
            told = ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in sorted(self.counts.items()))
            terminalreporter.write_line(f"Faults counted: {told}.")
        for name, count in self.short.items():
            terminalreporter.write_line(f"FELL SHORT: {name} {count}, promised {LEAST[name]}.", red=True)
