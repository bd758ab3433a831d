"""What a Modbus exception code means: to a person, and to a write that may or may not have happened."""

from __future__ import annotations

MEANINGS = {
    1: "it does not know this function",
    2: "it has no such address",
    3: "it does not accept this value",
    4: "it failed while doing it",
    5: "it has begun and is not done yet",
    6: "it is busy",
    7: "it will not do that",
    8: "its memory is faulty",
    10: "the gateway has no path to it",
    11: "it did not answer the gateway",
}

LEAVES_DOUBT = frozenset({4, 5, 8, 11})
"""A write answered with one of these may have happened."""

NO_PATH = 10
"""The gateway never passed the request on."""

ASK_AGAIN = frozenset({5, 6})
"""A read answered with one of these may be asked again shortly."""

IS_SILENCE = frozenset({NO_PATH, 11})
"""A gateway speaks for a device that does not."""


class ExceptionReplyError(Exception):
    """The device answered, and said no."""

    def __init__(self, code: int) -> None:
        self.code = code
        self.meaning = MEANINGS.get(code, "it gave a reason nobody has defined")
        super().__init__(f"{self.meaning} (Modbus exception {code})")
