"""What widgets are shown: frozen values that say how a thing should look, and nothing of where it came from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum

from resources.assets import IconName


class Severity(StrEnum):
    """How abnormal a thing is; each has its own fill and its own shape."""

    NORMAL = "normal"
    NOTICE = "notice"
    WARNING = "warning"
    ALARM = "alarm"


class Quality(StrEnum):
    """Whether a value may be believed as of now."""

    LIVE = "live"
    STALE = "stale"
    BAD = "bad"


class Glyph(Enum):
    """A machine's state as a shape, before its word."""

    RUN = "run"
    STOP = "stop"
    IDLE = "idle"
    PAUSE = "pause"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class DisplayValue:
    """A value ready to show; `note` is its source and age, or why it is stale or missing."""

    text: str
    unit: str = ""
    severity: Severity = Severity.NORMAL
    quality: Quality = Quality.LIVE
    note: str = ""

    @classmethod
    def stale(cls, text: str, unit: str, note: str) -> DisplayValue:
        """An old value: greyed, hatched, with its age and reason in `note`."""
        return cls(text, unit, Severity.NORMAL, Quality.STALE, note)

    @classmethod
    def missing(cls, unit: str, note: str) -> DisplayValue:
        """No value: a dash and the reason."""
        return cls("–", unit, Severity.NORMAL, Quality.BAD, note)


@dataclass(frozen=True, slots=True)
class ChipText:
    """A piece of the header: a strong word, a plain rest; abnormal ones become a badge."""

    strong: str = ""
    plain: str = ""
    icon: IconName | None = None
    glyph: Glyph | None = None
    severity: Severity = Severity.NORMAL
    lead: str = ""
    """A plain word before the strong one ("Order")."""
    below: str = ""
    """A second, smaller line: what is waited for, why, how many records."""


@dataclass(frozen=True, slots=True)
class AlarmText:
    """The one alarm of the alarm line; `word` is its priority ("High"), `more` how many others wait ("+2").

    `blinks` while nobody has seen it.
    """

    severity: Severity
    word: str
    text: str
    detail: str = ""
    age: str = ""
    more: str = ""
    blinks: bool = False


@dataclass(frozen=True, slots=True)
class AlarmRowText:
    """A row of the alarms page; `state` says who saw it, `note` what came of telling its machine, `action` names the key."""

    key: tuple[str, str]
    severity: Severity
    word: str
    text: str
    detail: str = ""
    note: str = ""
    age: str = ""
    state: str = ""
    action: str = ""
    reason: str = ""
    """Why the key is closed."""
    blinks: bool = False


class StepMark(StrEnum):
    """How a step of the progress line stands."""

    DONE = "done"
    FAILED = "failed"
    CURRENT = "current"
    OPEN = "open"


class SpanKind(StrEnum):
    """What a stretch of the timeline was."""

    RAN = "ran"
    STOPPED = "stopped"
    IDLE = "idle"
    PAUSE = "pause"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class StripSpan:
    """A stretch of the timeline, seconds on the strip's own scale."""

    kind: SpanKind
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class StripView:
    """A timeline: its ends, where now is, its spans and the labels under it (seconds, text)."""

    start: float
    end: float
    now: float
    spans: tuple[StripSpan, ...] = ()
    labels: tuple[tuple[float, str], ...] = ()


class UnitMark(StrEnum):
    """How a unit ended."""

    GOOD = "good"
    BAD = "bad"
    HELD = "held"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class UnitText:
    """A unit as a tile; `key` names it in the signal."""

    key: str
    number: str
    mark: UnitMark = UnitMark.GOOD


@dataclass(frozen=True, slots=True)
class LimitView:
    """A value on its limit range; limits and ends in the value's unit, texts ready to show."""

    low: float
    high: float
    low_text: str
    high_text: str
    value: float | None = None


@dataclass(frozen=True, slots=True)
class OrderText:
    """A row of the queue; `state` with a severity above normal is a filled badge."""

    key: str
    title: str
    when: str
    product: str
    note: str
    progress: str
    state: str
    severity: Severity = Severity.NORMAL
    running: bool = False


@dataclass(frozen=True, slots=True)
class CountText:
    """A number of the footer: caption, the number, the rest ("of 240"); `hatched` when part of it is unknown."""

    caption: str
    strong: str
    plain: str = ""
    hatched: bool = False


@dataclass(frozen=True, slots=True)
class NavPlace:
    """A place of the navigation; `key` names it in the signal."""

    key: str
    text: str
    icon: IconName


@dataclass(frozen=True, slots=True)
class PadQuestion:
    """What the number pad asks: texts ready to show; `mark` is the one decimal mark of the person's language."""

    unit: str
    limits: str
    mark: str = "."
    has_sign: bool = False
    has_decimals: bool = True
    is_secret: bool = False
    """A PIN: shown as dots."""


@dataclass(frozen=True, slots=True)
class PadJudgement:
    """What the typed number means: a badge where it is out of limits, a sentence, and why Enter is closed.

    `fail_text` is the button by which a person says that the number is right and the part fails.
    """

    badge: str = ""
    sentence: str = ""
    enter_reason: str = ""
    fail_text: str = ""


@dataclass(frozen=True, slots=True)
class RowText:
    """A row of a table; a `badge` with a severity stands at its end."""

    key: str
    cells: tuple[str, ...]
    badge: str = ""
    severity: Severity = Severity.NORMAL


@dataclass(frozen=True, slots=True)
class AsideText:
    """An entry that could not be read into its table: what it is, why, since when, and where it stands in the journal."""

    title: str
    reason: str
    age: str
    place: str
