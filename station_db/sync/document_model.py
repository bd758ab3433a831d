"""The shape of a load document: the fields of the records, and what people write differently.

Every mistake that can be seen without knowing the rest of the plant is found here.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from station_db.records.orders import StepKind, StepSpec
from station_db.records.people import PersonRole


def _visible(text: str) -> str:
    if any(ord(letter) < 32 and letter not in "\n\t" for letter in text):
        raise ValueError("it holds control characters")
    return text


Line = Annotated[str, StringConstraints(max_length=2000), AfterValidator(_visible)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True), AfterValidator(_visible)]
Whole = Annotated[int, Field(ge=0, le=10**9)]


class Strict(BaseModel):
    """Unknown keys and converted types are mistakes."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class Addressed(Strict):
    """Something with an id, for one station or for all."""

    id: Name
    addressee: Line = ""


class ProductEntry(Addressed):
    """A `Product`."""

    name: Name


class StepEntry(Strict):
    """A `StepSpec`."""

    number: Annotated[int, Field(ge=1, le=9999)]
    key: Name
    kind: Annotated[StepKind, Field(strict=False)]
    title: Name
    text: Line = ""
    picture: Line = ""
    machine: Name | None = None
    unit: Line = ""
    low: float | None = None
    high: float | None = None
    usual_low: float | None = None
    usual_high: float | None = None
    decimals: Annotated[int, Field(ge=0, le=9)] = 3
    pattern: Line = ""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.kind is StepKind.MACHINE_CYCLE and self.machine is None:
            raise ValueError("a machine cycle needs its machine")
        if self.kind is StepKind.NUMERIC and self.low is None and self.high is None:
            raise ValueError("a measurement needs a limit: low, high or both")
        for low, high in (("low", "high"), ("usual_low", "usual_high")):
            below, above = getattr(self, low), getattr(self, high)
            if below is not None and above is not None and below > above:
                raise ValueError(f"{low} {below} is above {high} {above}")
        return self

    def spec(self) -> StepSpec:
        """The record's part."""
        return StepSpec(**{name: getattr(self, name) for name in type(self).model_fields})


class WorkMasterEntry(Addressed):
    """A `WorkMaster`."""

    product: Name
    revision: Name
    steps: Annotated[list[StepEntry], Field(min_length=1)]


class JobOrderEntry(Addressed):
    """A `JobOrder`."""

    product: Name
    work_master: Name
    quantity: Annotated[int, Field(ge=1, le=10**9)]
    sequence: Whole = 0
    priority: Whole = 0
    due_at: Annotated[AwareDatetime | None, Field(strict=False)] = None
    cancelled: bool = False


class PersonEntry(Addressed):
    """A `Person`."""

    name: Name
    initials: Name
    badge: Name
    role: Annotated[PersonRole, Field(strict=False)]
    pin: Annotated[str, StringConstraints(pattern=r"^([0-9]{4,12})?$")] | None = None
    language: Name = "en"
    active: bool = True


class ShiftPatternEntry(Addressed):
    """A `ShiftPattern`."""

    name: Name
    start: Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    minutes: Annotated[int, Field(ge=1, le=1440)]
    weekdays: Annotated[list[Annotated[int, Field(ge=0, le=6)]], Field(min_length=1)]
    planned: Whole = 0


class Document(Strict):
    """The whole of it; every part may be missing."""

    format: Literal[1] = 1
    products: list[ProductEntry] = []
    work_masters: list[WorkMasterEntry] = []
    job_orders: list[JobOrderEntry] = []
    people: list[PersonEntry] = []
    shift_patterns: list[ShiftPatternEntry] = []
