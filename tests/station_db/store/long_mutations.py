"""The night's count of harms to a store's files: `python -m tests.station_db.store.long_mutations [COUNT] [SEED]`."""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path

from tests.station_db.store.test_store_mutations import harm_done, make_killed

COUNT = 3000


def main() -> None:
    """Do them, print the seed first."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(10**6)
    print(f"{count} mutations from seed {seed}", flush=True)
    with tempfile.TemporaryDirectory() as made:
        base = Path(made)
        make_killed(base)
        harm_done(base, base / "data", count, seed=seed, record=lambda name, value: print(f"{name}: {value}"))


if __name__ == "__main__":
    main()
