"""The stateful test for as long as there is time: `python -m tests.faults.long_machine [--examples N] [--steps N] [--seed N]`.

A failure is made as small as it can be and printed; the same seed finds it again.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import time

from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.faults.record_machine import RecordMachine


def main() -> int:
    """Run it and print what was done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=2000)
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1 << 31))
    options = parser.parse_args()
    print(f"Seed {options.seed}: {options.examples} stations of {options.steps} steps.", flush=True)
    chosen = settings(
        max_examples=options.examples,
        stateful_step_count=options.steps,
        deadline=None,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    began = time.monotonic()
    run_state_machine_as_test(seed(options.seed)(type("LongMachine", (RecordMachine,), {})), settings=chosen)
    took_s = time.monotonic() - began
    print(f"{RecordMachine.steps:,} steps in {took_s:.0f} s ({RecordMachine.steps / took_s:.0f} a second); all as it should be.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
