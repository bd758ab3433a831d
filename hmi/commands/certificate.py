"""Show the certificate by which OPC UA servers know this station, to have it trusted there; --renew makes a new one."""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from drivers.opcua.clocks import utc_now
from drivers.opcua.identity import Identity, IdentityError, identity, renew
from hmi.commands.configured import read_settings
from hmi.exits import Exit
from hmi.settings import Settings

WHAT_NEXT = """Have it trusted at each of these machines: copy the file into its folder of trusted certificates, or let
the station connect once and accept it in the list of rejected ones.
A machine's own certificate is trusted here by its fingerprint."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of `certificate`."""
    parser.add_argument("station", type=Path, metavar="STATION.toml")
    parser.add_argument("--renew", action="store_true", help="make a new one; every server must be told to trust it")
    parser.add_argument("--json", action="store_true", help="print what it says as JSON")


def run(options: argparse.Namespace) -> int:
    """Show or renew; exit 4 where no machine needs one or its files are of no use."""
    settings = read_settings(options.station)
    if settings is None:
        return Exit.USAGE
    folders = folders_of(settings)
    if not folders:
        print("lineside certificate: no machine of this station uses OPC UA with security.", file=sys.stderr)
        return Exit.ABSENT
    try:
        kept = {folder: renew(folder) if options.renew else identity(folder) for folder in folders}
    except (IdentityError, OSError) as error:
        print(f"lineside certificate: {error}", file=sys.stderr)
        return Exit.ABSENT
    shown = [facts(one, folders[folder]) for folder, one in kept.items()]
    print(json.dumps(shown) if options.json else "\n".join([*(as_text(one) for one in shown), WHAT_NEXT]))
    return Exit.DONE


def folders_of(settings: Settings) -> dict[Path, list[str]]:
    """Each folder that keeps a certificate, with the machines that are shown it."""
    folders: dict[Path, list[str]] = defaultdict(list)
    for machine in settings.machines:
        if machine.protocol == "opcua" and "pki" in machine.options:
            folders[Path(machine.options["pki"]).resolve()].append(machine.id)
    return folders


def facts(kept: Identity, machines: list[str]) -> dict[str, Any]:
    """What a person compares at the server."""
    return {
        "machines": machines,
        "file": str(kept.certificate),
        "subject": kept.facts.subject,
        "application_uri": kept.uri,
        "sha256": kept.facts.fingerprint,
        "sha1": kept.facts.thumbprint,
        "valid_until": kept.facts.valid_until.isoformat(),
        "days_left": kept.facts.days_left(utc_now()),
        "note": kept.other_host,
    }


def as_text(shown: dict[str, Any]) -> str:
    """For a person at the panel."""
    lines = [
        f"This station's certificate for {', '.join(shown['machines'])}:",
        f"  file             {shown['file']}",
        f"  subject          {shown['subject']}",
        f"  application URI  {shown['application_uri']}",
        f"  SHA-256          {shown['sha256']}",
        f"  SHA-1            {shown['sha1']}",
        f"  valid until      {shown['valid_until'][:10]}, {shown['days_left']:,} days",
    ]
    return "\n".join([*lines, f"  note             {shown['note']}"] if shown["note"] else lines)
