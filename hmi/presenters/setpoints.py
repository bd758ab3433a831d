"""What may be written to the machines as rows, and the chosen one with what stands there, what would, and why not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hmi.clock import Monotonic
from hmi.presenters.picture import Picture
from hmi.presenters.value import present_value
from hmi.presenters.words import joined, say, translate
from hmi.station import number
from hmi.station.codes import RefusedError
from hmi.station.commands import Body, DownloadRecipe, WriteSetpoint
from hmi.station.topics import MachineSetpoints, MachineView, RecipeView, SetpointView, ValueSpec
from widgets.display import DisplayValue, PadJudgement, PadQuestion, Quality, RowText, Severity

Values = Mapping[tuple[str, str], float | None]
"""The live values by machine and tag."""


@dataclass(frozen=True, slots=True)
class Target:
    """What was chosen at a machine: a value or a recipe. `place` is the machine's name where several can be set."""

    machine: str
    place: str = ""
    setpoint: SetpointView | None = None
    recipe: RecipeView | None = None

    @property
    def key(self) -> str:
        """Its row's key."""
        name = self.setpoint.tag if self.setpoint else f"recipe {self.recipe.name}" if self.recipe else ""
        return f"{self.machine} {name}"

    def titled(self, title: str) -> str:
        """Its title, and whose it is."""
        return f"{self.place}: {title}" if self.place else title


@dataclass(frozen=True, slots=True)
class SetpointDetail:
    """The chosen one: facts as (name, value), the action with its reason where it is closed.

    `sentence` is what is about to be done.
    """

    title: str
    facts: tuple[tuple[str, str], ...]
    action: str
    why_not: str = ""
    sentence: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    """Value and word of each way to go, where the machine's numbers have names."""
    is_recipe: bool = False
    """Whether the facts, too, say what is about to be done."""


def targets(picture: Picture) -> tuple[Target, ...]:
    """Everything that may be written, in the order of the settings."""
    machines = picture.setpoints.machines
    return tuple(target for machine in machines for target in _of_machine(machine, machine.name if len(machines) > 1 else ""))


def _of_machine(machine: MachineSetpoints, place: str) -> list[Target]:
    values = [Target(machine.machine, place, setpoint=one) for one in machine.setpoints]
    return values + [Target(machine.machine, place, recipe=one) for one in machine.recipes]


def present_rows(picture: Picture, values: Values, now: Monotonic) -> tuple[RowText, ...]:
    """A row for each: its name, what it is now, how far it may go, how the last write ended."""
    return tuple(_row(picture, target, values, now) for target in targets(picture))


def _row(picture: Picture, target: Target, values: Values, now: Monotonic) -> RowText:
    if target.recipe is not None:
        count = translate("setpoints", "recipe of {0} values").format(len(target.recipe.values))
        badge, severity = _recipe_badge(target.recipe)
        return RowText(target.key, (target.titled(target.recipe.title), count, ""), badge, severity)
    setpoint = target.setpoint
    assert setpoint is not None, "a target is a value or a recipe"
    badge, severity = _badge(setpoint)
    shown = _now(picture, target.machine, setpoint, values, now)
    return RowText(target.key, (target.titled(setpoint.title), shown, _range(setpoint)), badge, severity)


def _now(picture: Picture, machine: str, setpoint: SetpointView, values: Values, now: Monotonic) -> str:
    """What it is now, in a few words."""
    shown = value_of(picture, machine, setpoint, values, now)
    return _with_unit(shown.text, setpoint) if shown.quality is Quality.LIVE else translate("setpoints", "not known now")


def _badge(setpoint: SetpointView) -> tuple[str, Severity]:
    match setpoint.state:
        case "asked":
            return translate("setpoints", "being written"), Severity.NOTICE
        case "unknown":
            return translate("setpoints", "not confirmed"), Severity.WARNING
        case "refused":
            return translate("setpoints", "refused"), Severity.WARNING
        case "confirmed":
            return translate("setpoints", "confirmed"), Severity.NORMAL
        case _:
            return "", Severity.NORMAL


def _recipe_badge(recipe: RecipeView) -> tuple[str, Severity]:
    total = len(recipe.values)
    match recipe.state:
        case "running":
            return translate("setpoints", "{0} of {1}").format(recipe.confirmed, total), Severity.NOTICE
        case "not_done":
            return translate("setpoints", "only {0} of {1}").format(recipe.confirmed, total), Severity.WARNING
        case "confirmed":
            return translate("setpoints", "confirmed"), Severity.NORMAL
        case _:
            return "", Severity.NORMAL


def value_of(picture: Picture, machine: str, setpoint: SetpointView, values: Values, now: Monotonic) -> DisplayValue:
    """What a setpoint is now, as far as it may be believed."""
    view = picture.machine(machine) or _nobody(machine)
    spec = ValueSpec(setpoint.tag, setpoint.title, setpoint.unit, setpoint.group)
    value = values.get((machine, setpoint.tag))
    shown = present_value(picture, view, spec, value, now)
    if value is None or shown.quality is not Quality.LIVE:
        return shown
    return DisplayValue(say_value(setpoint, value), setpoint.unit)


def _nobody(machine: str) -> MachineView:
    return MachineView(machine, machine, "unknown", "", 0, link_up=False)


def say_value(setpoint: SetpointView, value: float) -> str:
    """A value in the words of the plant: on or off, what its number means, or the number."""
    if setpoint.is_switch:
        return translate("setpoints", "on") if value else translate("setpoints", "off")
    known = dict(setpoint.texts).get(round(value))
    return known or f"{value:.{setpoint.decimals}f}"


def _with_unit(text: str, setpoint: SetpointView) -> str:
    return f"{text} {setpoint.unit}".strip()


def _range(setpoint: SetpointView) -> str:
    if setpoint.low is None or setpoint.high is None:
        return ""
    low, high = (say_value(setpoint, limit) for limit in (setpoint.low, setpoint.high))
    return _with_unit(translate("setpoints", "{0} to {1}").format(low, high), setpoint)


def present_detail(picture: Picture, target: Target, proposal: str, values: Values, now: Monotonic) -> SetpointDetail:
    """The chosen one; with a `proposal` (what was typed) what is about to be done."""
    if target.recipe is not None:
        return _recipe_detail(picture, target, target.recipe, _becomes(picture, target, values, now), is_proposed=bool(proposal))
    setpoint = target.setpoint
    assert setpoint is not None, "a target is a value or a recipe"
    shown = value_of(picture, target.machine, setpoint, values, now)
    why_not = _why_not(picture, setpoint.roles) or ("" if shown.quality is Quality.LIVE else shown.note)
    facts = [
        (translate("setpoints", "Now"), _with_unit(shown.text, setpoint)),
        (translate("setpoints", "Allowed"), _range(setpoint)),
    ]
    if setpoint.step is not None:
        facts.append((translate("setpoints", "Largest step"), _with_unit(f"{setpoint.step:g}", setpoint)))
    if setpoint.reason:
        facts.append((translate("setpoints", "Last write"), _reason(setpoint.reason)))
    if not proposal:
        choices = () if why_not else tuple((str(value), text) for value, text in setpoint.texts if text != shown.text)
        known = tuple(fact for fact in facts if fact[1])
        return SetpointDetail(target.titled(setpoint.title), known, _change(setpoint, shown.text), why_not, choices=choices)
    new = _with_unit(say_value(setpoint, number.parse(proposal)), setpoint)
    sentence = _from_to(_with_unit(shown.text, setpoint), new)
    action = translate("setpoints", "Write {0}").format(new)
    return SetpointDetail(target.titled(setpoint.title), tuple(facts), action, why_not, sentence)


def _from_to(old: str, new: str) -> str:
    return translate("setpoints", "{0}  →  {1}").format(old, new)


def _reason(reason: str) -> str:
    """Why a write was not confirmed."""
    return translate("setpoints", "the station restarted before the answer") if reason == "restart" else reason


def _change(setpoint: SetpointView, shown: str) -> str:
    if not setpoint.is_switch:
        return translate("setpoints", "Change it")
    is_on = shown == translate("setpoints", "on")
    return translate("setpoints", "Switch off") if is_on else translate("setpoints", "Switch on")


def _values_of(picture: Picture, target: Target) -> list[tuple[SetpointView, float]]:
    """What a recipe writes, each with its value."""
    known = {
        one.tag: one for machine in picture.setpoints.machines if machine.machine == target.machine for one in machine.setpoints
    }
    return [] if target.recipe is None else [(known[tag], value) for tag, value in target.recipe.values if tag in known]


def _becomes(picture: Picture, target: Target, values: Values, now: Monotonic) -> tuple[tuple[str, str], ...]:
    """Of each value of a recipe what it is and what it would become."""
    return tuple(
        (one.title, _from_to(_now(picture, target.machine, one, values, now), _with_unit(say_value(one, value), one)))
        for one, value in _values_of(picture, target)
    )


def _recipe_detail(
    picture: Picture, target: Target, recipe: RecipeView, facts: tuple[tuple[str, str], ...], *, is_proposed: bool
) -> SetpointDetail:
    title = target.titled(recipe.title)
    why_not = _why_not(picture, _roles_of_all([one for one, _ in _values_of(picture, target)]))
    if not is_proposed:
        last = ((translate("setpoints", "Last write"), _reason(recipe.reason)),) if recipe.reason else ()
        return SetpointDetail(title, facts + last, translate("setpoints", "Send recipe"), why_not, is_recipe=True)
    count = translate("setpoints", "{0} values, one after another").format(len(recipe.values))
    action = translate("setpoints", "Send {0}").format(recipe.title)
    return SetpointDetail(title, facts, action, why_not, count, is_recipe=True)


def _roles_of_all(setpoints: list[SetpointView]) -> tuple[str, ...]:
    """The roles that may write each of them."""
    every = dict.fromkeys(role for one in setpoints for role in one.roles)
    return tuple(role for role in every if all(role in one.roles for one in setpoints))


def _why_not(picture: Picture, roles: tuple[str, ...]) -> str:
    person = picture.people.signed_in
    if person is None:
        return translate("setpoints", "sign in first")
    return "" if person.role in roles else translate("setpoints", "only {0}").format(", ".join(roles))


def wish(target: Target, proposal: str, values: Values) -> Body:
    """The command that does it."""
    if target.recipe is not None:
        return DownloadRecipe(machine=target.machine, recipe=target.recipe.name)
    assert target.setpoint is not None, "a target is a value or a recipe"
    shown = values.get((target.machine, target.setpoint.tag))
    return WriteSetpoint(machine=target.machine, tag=target.setpoint.tag, text=proposal, shown=0.0 if shown is None else shown)


def ask_setpoint(setpoint: SetpointView, now: str, mark: str) -> PadQuestion:
    """The pad's question for a setpoint."""
    limits = joined(translate("setpoints", "now {0}").format(_with_unit(now, setpoint)), _range(setpoint))
    below_zero = setpoint.low is None or setpoint.low < 0
    return PadQuestion(setpoint.unit, limits, mark, has_sign=below_zero, has_decimals=setpoint.decimals > 0)


def judge_setpoint(setpoint: SetpointView, text: str) -> PadJudgement:
    """What a typed number means: outside is said at once and can't be entered."""
    try:
        value = number.parse(text)
    except RefusedError:
        return PadJudgement()
    for limit, is_out, code in (
        (setpoint.low, setpoint.low is not None and value < setpoint.low, "setpoint_below"),
        (setpoint.high, setpoint.high is not None and value > setpoint.high, "setpoint_above"),
    ):
        if is_out and limit is not None:
            sentence = say(code, (setpoint.title, say_value(setpoint, limit), setpoint.unit))
            word = translate("pad", "below the limit") if code == "setpoint_below" else translate("pad", "above the limit")
            return PadJudgement(badge=word, sentence=sentence, enter_reason=translate("pad", "outside the limits"))
    return PadJudgement()
