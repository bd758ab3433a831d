"""What can go wrong on the channel; each ends the connection, never the engine or the screen."""

from __future__ import annotations


class ChannelError(Exception):
    """Something between screen and engine; `reason` is a plain sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class FrameError(ChannelError):
    """A frame that can't be read: it is our bug or not our peer; drop the connection."""


class VersionError(ChannelError):
    """The peer speaks another version; start screen and engine of one installation."""

    def __init__(self, ours: int, theirs: int) -> None:
        super().__init__(f"screen and engine are of different versions ({ours} and {theirs})")
        self.ours = ours
        self.theirs = theirs
