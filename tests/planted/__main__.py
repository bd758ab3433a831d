"""Plants each known bug in a copy of the tree and expects a test to fail: `python -m tests.planted [NAME ...]`.

Exit 0: the tests pass as they are, and every bug is caught; 1: one got through.
"""

from __future__ import annotations

import sys
import time

from tests.planted.bugs import BUGS
from tests.planted.planting import UnplantableError, plant, run_tests, tree


def main() -> int:
    """Plant them all, or those named."""
    wanted = [bug for bug in BUGS if bug.name in sys.argv[1:] or not sys.argv[1:]]
    caught = 0
    with tree() as copy:
        code, said = run_tests(copy, tuple(dict.fromkeys(test for bug in wanted for test in bug.tests)), patience_s=1200)
        if code != 0:
            print(f"Without any bug the tests are not green: {said}")
            return 1
        for bug in wanted:
            began = time.monotonic()
            try:
                outcome = plant(copy, bug)
            except UnplantableError as error:
                print(f"NOT PLANTED  {error}", flush=True)
                continue
            caught += outcome.is_caught
            word = "caught      " if outcome.is_caught else "GOT THROUGH "
            print(f"{word} {bug.name} ({time.monotonic() - began:.0f} s): {outcome.said[:150]}", flush=True)
    print(f"\n{caught} of {len(wanted)} planted bugs caught.")
    return 0 if caught == len(wanted) else 1


if __name__ == "__main__":
    sys.exit(main())
