"""Every word the core says to people, as a code; `resources.words.station` holds the sentences."""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """Why a command was refused, what a machine step waits for, what is wrong with the station."""

    NOT_ALLOWED = "not_allowed"
    NOBODY_SIGNED_IN = "nobody_signed_in"
    BADGE_UNKNOWN = "badge_unknown"
    PERSON_UNKNOWN = "person_unknown"
    PIN_NEEDED = "pin_needed"
    PIN_WRONG = "pin_wrong"
    PIN_NOT_SET = "pin_not_set"

    ORDER_UNKNOWN = "order_unknown"
    ORDER_CANCELLED = "order_cancelled"
    ORDER_DONE = "order_done"
    ORDER_OPEN = "order_open"
    OTHER_ORDER_OPEN = "other_order_open"
    ROUTING_MISSING = "routing_missing"
    MACHINE_MISSING = "machine_missing"
    NO_ORDER = "no_order"
    ORDER_PAUSED = "order_paused"
    ORDER_NOT_PAUSED = "order_not_paused"
    PAUSE_REASON_UNKNOWN = "pause_reason_unknown"
    REASON_MISSING = "reason_missing"
    UNIT_UNKNOWN = "unit_unknown"
    UNIT_ALREADY_BAD = "unit_already_bad"

    STEP_NOT_OPEN = "step_not_open"
    STEP_OTHER_KIND = "step_other_kind"
    STEP_NEEDS_MACHINE = "step_needs_machine"
    NUMBER_EMPTY = "number_empty"
    NUMBER_TWO_MARKS = "number_two_marks"
    NUMBER_NOT_ONE = "number_not_one"
    ABOVE_LIMIT = "above_limit"
    BELOW_LIMIT = "below_limit"
    TEN_TIMES_USUAL = "ten_times_usual"
    SERIAL_EMPTY = "serial_empty"
    SERIAL_PATTERN = "serial_pattern"
    SERIAL_TWICE = "serial_twice"

    COUNT_BY_MACHINE = "count_by_machine"
    COUNT_NOT_ONE = "count_not_one"
    COUNT_STEP_FIRST = "count_step_first"
    COUNT_ONE_BY_ONE = "count_one_by_one"
    COUNT_TOO_OLD = "count_too_old"
    COUNT_WENT_ON = "count_went_on"
    GAP_NOT_OPEN = "gap_not_open"
    GAP_REASON_MISSING = "gap_reason_missing"

    WAIT_PAUSED = "wait_paused"
    WAIT_MACHINE_UNKNOWN = "wait_machine_unknown"
    WAIT_LEVEL = "wait_level"
    WAIT_LEVEL_FAILED = "wait_level_failed"
    WAIT_FREE_CYCLE = "wait_free_cycle"
    WAIT_PERMIT = "wait_permit"
    WAIT_PERMIT_UNKNOWN = "wait_permit_unknown"
    WAIT_CYCLE_UNSEEN = "wait_cycle_unseen"
    WAIT_HAND = "wait_hand"
    WAIT_START = "wait_start"
    WAIT_RUNNING = "wait_running"

    LINK_DOWN = "link_down"
    MACHINE_SILENT = "machine_silent"
    MACHINE_FROZEN = "machine_frozen"
    MACHINE_FAULT = "machine_fault"
    PERMIT_UNKNOWN = "permit_unknown"
    PERMIT_NOT_TAKEN_BACK = "permit_not_taken_back"
    LEVEL_UNKNOWN = "level_unknown"
    LEVEL_CHANGED = "level_changed"
    ALARM_GONE = "alarm_gone"
    ALARM_MACHINE_AWAY = "alarm_machine_away"
    ALARM_BEING_TOLD = "alarm_being_told"
    ALARM_NOT_TOLD = "alarm_not_told"
    ALARM_PERHAPS_TOLD = "alarm_perhaps_told"
    SYNC_REFUSED = "sync_refused"
    CLOCK_STEPPED = "clock_stepped"

    SETPOINT_NOT_WRITABLE = "setpoint_not_writable"
    SETPOINT_NOT_SWITCH = "setpoint_not_switch"
    SETPOINT_BELOW = "setpoint_below"
    SETPOINT_ABOVE = "setpoint_above"
    SETPOINT_BETWEEN = "setpoint_between"
    SETPOINT_ROLE = "setpoint_role"
    SETPOINT_MACHINE_AWAY = "setpoint_machine_away"
    SETPOINT_STATE = "setpoint_state"
    SETPOINT_VALUE_UNKNOWN = "setpoint_value_unknown"
    SETPOINT_CHANGED = "setpoint_changed"
    SETPOINT_STEP = "setpoint_step"
    SETPOINT_UNDER_WAY = "setpoint_under_way"
    SETPOINT_TOO_SOON = "setpoint_too_soon"
    SETPOINT_NOT_CONFIRMED = "setpoint_not_confirmed"
    RECIPE_UNKNOWN = "recipe_unknown"
    RECIPE_UNDER_WAY = "recipe_under_way"

    UNIT_BAD_CHECK = "unit_bad_check"
    UNIT_BAD_MACHINE = "unit_bad_machine"
    UNIT_VERDICT_UNKNOWN = "unit_verdict_unknown"
    UNIT_NOT_FINISHED = "unit_not_finished"
    UNIT_NOT_STARTED = "unit_not_started"
    UNIT_BAD_HAND = "unit_bad_hand"
    UNIT_TAKEN_BACK = "unit_taken_back"


class RefusedError(Exception):
    """The core says no; nothing changes. `code` and `args` become a sentence."""

    def __init__(self, code: Code, *args: str) -> None:
        super().__init__(code, *args)
        self.code = code
        self.words = args
