"""What it means for whoever asked that a request to a server was refused, not sent, or never answered."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from drivers.driver import UnreachableError, WriteRefusedError, WriteUnknownError
from drivers.link import LinkLostError, NotSentError
from drivers.opcua.refusals import NotWrittenError


@contextmanager
def asked_once(device: str, refused: str, unknown: str) -> Generator[None, None, None]:
    """Raise what `drivers.driver.Driver.write` raises; `refused` and `unknown` begin the sentence."""
    try:
        yield
    except NotWrittenError as refusal:
        if refusal.leaves_doubt:
            raise WriteUnknownError(device, f"{unknown}: {refusal.reason}") from refusal
        raise WriteRefusedError(device, f"{refused}: {refusal.reason}") from refusal
    except NotSentError as lost:
        raise UnreachableError(device, lost.reason) from lost
    except LinkLostError as lost:
        raise WriteUnknownError(device, f"{unknown}: {lost.reason}") from lost
