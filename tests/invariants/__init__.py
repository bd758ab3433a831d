"""What must hold after any fault (RELIABILITY, A2). Each raises `AssertionError` naming the invariant and what it found.

They read files and centres with plain SQL wherever they can, so that they do not lean on the code they judge.
"""

from tests.invariants.bounds import Footprint, footprint, log_is_bounded, memory_is_steady, nothing_is_left_open, store_is_within
from tests.invariants.centre import Balance, balance, books_balance, centre_has_no_holes, each_record_is_at_the_centre_once
from tests.invariants.parts import Counted, parts_are_conserved, parts_in
from tests.invariants.reading import reading
from tests.invariants.record import (
    decisions_are_whole,
    history_is_untouched,
    numbers_have_no_gaps,
    saved_means_saved,
    store_is_sound,
)
from tests.invariants.schema import change_was_backed_up, schema_is_whole
from tests.invariants.times import times_make_sense

__all__ = (
    "Balance",
    "Counted",
    "Footprint",
    "balance",
    "books_balance",
    "centre_has_no_holes",
    "change_was_backed_up",
    "decisions_are_whole",
    "each_record_is_at_the_centre_once",
    "footprint",
    "history_is_untouched",
    "log_is_bounded",
    "memory_is_steady",
    "nothing_is_left_open",
    "numbers_have_no_gaps",
    "parts_are_conserved",
    "parts_in",
    "reading",
    "saved_means_saved",
    "schema_is_whole",
    "store_is_sound",
    "store_is_within",
    "times_make_sense",
)
