"""The exit codes that scripts may rely on."""

from enum import IntEnum


class Exit(IntEnum):
    """How a command ended."""

    DONE = 0
    BAD = 1
    """The command worked and found something bad: a tag that does not answer, a record that does not verify."""
    USAGE = 2
    """Wrong words on the command line, or a configuration that can't be used."""
    NO_DISPLAY = 3
    ABSENT = 4
    """Something needed is not there: a file, a store, the centre, a machine."""
