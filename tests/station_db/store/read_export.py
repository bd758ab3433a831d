"""Reads an export back with the standard library alone, knowing nothing but schema.json and MANIFEST.json.

`python read_export.py DIR` checks every file, rebuilds every record twice (from JSON lines and from CSV), follows the chains, and
says what it found; exit 1 where anything is not as the manifest says.
"""

from __future__ import annotations

import csv
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class BrokenExportError(Exception):
    """A file is not what the manifest says."""


def manifest_of(folder: Path) -> dict[str, Any]:
    """The manifest, once every file is seen to be the one it names."""
    try:
        manifest = json.loads((folder / "MANIFEST.json").read_text(encoding="utf-8"))
        files = manifest["files"]
    except (ValueError, KeyError, TypeError) as error:
        raise BrokenExportError("MANIFEST.json") from error
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {"MANIFEST.json"}
    if found != set(files):
        raise BrokenExportError(f"files are missing or too many: {sorted(found ^ set(files))}")
    for name, said in files.items():
        content = (folder / name).read_bytes()
        if (len(content), hashlib.sha256(content).hexdigest()) != (said["bytes"], said["sha256"]):
            raise BrokenExportError(name)
    return manifest


def records(folder: Path, kind: str) -> list[dict[str, Any]]:
    """Every record of a kind out of its JSON lines: its place, and itself."""
    with (folder / "records" / f"{kind}.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def records_of_csv(folder: Path, kind: str, schema: dict[str, Any]) -> list[dict[str, Any]]:
    """The same out of its CSV file."""
    place, fields = schema["place"], schema["kinds"][kind]["properties"]
    found: list[dict[str, Any]] = []
    with (folder / "records" / f"{kind}.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            where = {name: value(row[name], told) for name, told in place.items()}
            found.append(where | {"record": {name: value(row[name], told) for name, told in fields.items() if name in row}})
    return found


def value(cell: str, told: dict[str, Any]) -> Any:
    """What a cell says, by the schema."""
    nullable, kind = told.get("nullable", False), told["type"]
    if cell == "" and (nullable or kind != "string"):
        return None
    if kind in ("array", "object"):
        return json.loads(cell)
    if kind == "boolean":
        return {"true": True, "false": False}[cell]
    if kind in ("integer", "number"):
        return int(cell) if kind == "integer" else float(cell)
    return cell.removeprefix("'") if cell.startswith("'") else cell


def entries(folder: Path) -> Iterator[dict[str, Any]]:
    """The journal; with names where the export has them."""
    names: dict[tuple[str, str, int], str] = {}
    if (folder / "names" / "journal.jsonl").exists():
        with (folder / "names" / "journal.jsonl").open(encoding="utf-8") as lines:
            names = {(one["station_id"], one["epoch"], one["seq"]): one["payload"] for one in map(json.loads, lines)}
    with (folder / "journal.jsonl").open(encoding="utf-8") as lines:
        for entry in map(json.loads, lines):
            payload = entry["payload"]
            yield entry | {"payload": names.get((entry["station_id"], entry["epoch"], entry["seq"]), payload)}


def entry_hash(entry: dict[str, Any]) -> str:
    """As schema.json says under `journal.hash`."""
    order = "prev_hash, station_id, epoch, seq, recorded_at, kind, record_id, addressee, version, actor, cause, payload"
    parts: list[bytes] = []
    for name in order.split(", "):
        if entry[name] is None:
            parts.append((2**64 - 1).to_bytes(8, "big"))
        else:
            raw = str(entry[name]).encode()
            parts.append(len(raw).to_bytes(8, "big") + raw)
    return hashlib.sha256(b"".join(parts)).hexdigest()


def check_chains(folder: Path, manifest: dict[str, Any]) -> int:
    """Follow each chain of the station from where it begins to where it ends; how many entries carry their own hash."""
    tips = {
        (manifest["station"], chain["epoch"]): (chain.get("let_go_up_to", 0), chain["begins_with"])
        for chain in manifest["chains"]
    }
    proven = 0
    for entry in entries(folder):
        key = (entry["station_id"], entry["epoch"])
        if key in tips and tips[key] != (entry["seq"] - 1, entry["prev_hash"]):
            raise BrokenExportError(f"entry {entry['seq']} of {entry['epoch']} follows another one")
        if key in tips:
            tips[key] = (entry["seq"], entry["hash"])
        if entry["payload"] is not None:
            if entry_hash(entry) != entry["hash"]:
                raise BrokenExportError(f"entry {entry['seq']} of {entry['epoch']} does not carry its own hash")
            proven += 1
    for chain in manifest["chains"]:
        if tips[manifest["station"], chain["epoch"]] != (chain["seq"], chain["head"]):
            raise BrokenExportError(f"epoch {chain['epoch']} ends elsewhere")
    return proven


def read(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """All of an export; every record by its kind. Raises `BrokenExportError`."""
    manifest = manifest_of(folder)
    schema = json.loads((folder / "schema.json").read_text(encoding="utf-8"))
    found: dict[str, list[dict[str, Any]]] = {}
    for kind, count in manifest["records"].items():
        found[kind] = records(folder, kind)
        if len(found[kind]) != count or records_of_csv(folder, kind, schema) != found[kind]:
            raise BrokenExportError(f"{kind}: JSON lines and CSV differ, or are not {count}")
    if manifest["whole"]:
        check_chains(folder, manifest)
    return found


if __name__ == "__main__":
    try:
        print({kind: len(found) for kind, found in read(Path(sys.argv[1])).items() if found})
    except BrokenExportError as error:
        sys.exit(f"broken: {error}")
