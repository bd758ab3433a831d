"""What a lead asks of a station from the centre: send it, take it back, see how each request stands."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from dataclasses import asdict

from hmi.clock import SystemClock, new_id
from hmi.commands.ages import ago
from hmi.exits import Exit
from hmi.messages import Words
from resources.words.english import ENGLISH
from station_db.records.keeping import RequestAction
from station_db.sync import requests
from station_db.sync.centre import Centre
from station_db.sync.requests import Asked, RequestStands, RequestState, Subject
from station_db.sync.up import marks

SAID = {
    RequestState.WAITING: "waiting for the station",
    RequestState.ARRIVED: "arrived, not answered yet",
    RequestState.ACCEPTED: "accepted",
    RequestState.REFUSED: "refused",
    RequestState.WITHDRAWN: "withdrawn",
}
NEEDED = ("station", "action_asked", "subject", "reason")


def arguments(request: argparse.ArgumentParser, listing: argparse.ArgumentParser) -> None:
    """Declare the words of `centre request` and `centre requests`."""
    request.add_argument("--station", metavar="ID", help="the station that is asked")
    actions = [action.value for action in RequestAction]
    request.add_argument("--action", dest="action_asked", choices=actions, help="what it is asked to do")
    request.add_argument("--subject", metavar="ID", help="the order, or the open count: see `centre requests --subjects`")
    request.add_argument("--value", default="", metavar="TEXT", help="for settle_count: GOOD,BAD parts that are not counted yet")
    request.add_argument("--reason", metavar="TEXT", help="why; the station's people read it")
    request.add_argument("--by", default="", metavar="NAME", help="who asks (else the user of this computer)")
    request.add_argument("--withdraw", metavar="REQUEST", help="take a request back that nobody answered yet")
    listing.add_argument("--station", metavar="ID", help="only those of one station")
    listing.add_argument("--subjects", action="store_true", help="list what can be asked for instead: open orders and counts")


def send(options: argparse.Namespace, password: str) -> int:
    """Ask, or take back."""
    lacking = [name.removesuffix("_asked") for name in NEEDED if not getattr(options, name)]
    if lacking and not options.withdraw:
        print(f"lineside centre request: --{lacking[0]} is needed. Nothing was asked.", file=sys.stderr)
        return Exit.USAGE
    now, centre = SystemClock().moment().wall, Centre.connect(options.url, password)
    try:
        if options.withdraw:
            stands = requests.withdraw(centre, options.withdraw, at=now)
        else:
            stands = RequestStands(requests.ask(centre, _asked(options), at=now, new_id=new_id), None)
    finally:
        centre.close()
    print(json.dumps(_plain(stands)) if options.json else line(stands))
    return Exit.DONE


def show(options: argparse.Namespace, password: str) -> int:
    """How each stands, newest first; or what can be asked for."""
    centre = Centre.connect(options.url, password)
    try:
        if options.station:
            marks(centre, options.station)  # a name nobody knows is refused
        if options.subjects:
            return _show_subjects(requests.subjects(centre, options.station), as_json=options.json)
        found = requests.requests(centre, options.station)
    finally:
        centre.close()
    if options.json:
        print(json.dumps([_plain(stands) for stands in found]))
    else:
        print("\n".join(map(line, found)) or "Nothing was asked yet.")
    return Exit.DONE


def line(stands: RequestStands) -> str:
    """`ST-040  pause_order WO-24117  waiting for the station  (why, sb, 3 min ago)  id`."""
    request, answer = stands.request, stands.answer
    what = " ".join(part for part in (request.action, request.subject, request.value) if part)
    said = SAID[stands.state]
    if answer is not None and answer.answered_by:
        said += f" by {answer.answered_by}" + (f": {_in_words(answer.reason)}" if answer.reason else "")
    age = ago(SystemClock().moment().wall - request.asked_at)
    return f"{request.station:<12} {what}  {said}  ({request.reason}, {request.asked_by}, {age})  {request.id}"


def _asked(options: argparse.Namespace) -> Asked:
    by = options.by or getpass.getuser()
    action = RequestAction(options.action_asked)
    return Asked(options.station, action, options.subject, options.reason, by, options.value)


def _in_words(reason: str) -> str:
    """The station's own reasons are codes; people's are their words."""
    return Words(reason).in_english() if reason in ENGLISH else reason


def _plain(stands: RequestStands) -> dict[str, object]:
    return {"state": stands.state, **asdict(stands)}


def _show_subjects(found: tuple[Subject, ...], *, as_json: bool) -> int:
    if as_json:
        print(json.dumps([asdict(subject) for subject in found]))
    else:
        lines = [f"{one.station:<12} {'/'.join(one.actions)}  {one.id}  {one.what}" for one in found]
        print("\n".join(lines) or "No order and no count is open.")
    return Exit.DONE
