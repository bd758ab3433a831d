"""The demo plant on this computer: two simulated machines, a station.toml that points to them, a centre with one order."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from hmi.platform import own_command

MARKER = "lineside-demo"
READY_TIMEOUT_S = 60


class DemoFolderError(Exception):
    """The folder holds something else, or the machines did not start; the sentence says which."""


@dataclass(frozen=True, slots=True)
class SimulatedMachine:
    """A machine's process and where it listens."""

    name: str
    port: int
    control_port: int


def prepare_folder(folder: Path, *, fresh: bool) -> None:
    """Make the demo's folder; with `fresh` empty it, but only if it is a demo's."""
    marker = folder / MARKER
    if folder.exists() and any(folder.iterdir()) and not marker.exists():
        raise DemoFolderError(f"{folder} is not a demo folder. Name another with --folder, or empty it.")
    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    marker.touch()


@contextmanager
def machines(folder: Path, *, speed: float, seed: int) -> Iterator[Mapping[str, SimulatedMachine]]:
    """Both machines as processes of their own; they end when their standard input closes."""
    with ExitStack() as stack:
        started = {name: stack.enter_context(process(folder, name, speed, seed)) for name in ("press", "screwdriver")}
        yield {name: ready(name, child) for name, child in started.items()}


@contextmanager
def process(folder: Path, name: str, speed: float, seed: int) -> Iterator[subprocess.Popen[str]]:
    """One machine."""
    words = ["--truth", folder / f"{name}-truth.jsonl", "--seed", seed, "--speed", speed, "--child"]
    command = [*own_command(), "simulate", name, *(str(word) for word in words)]
    with (folder / f"{name}.log").open("a", encoding="utf-8") as log:
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)  # noqa: S603
    try:
        yield child
    finally:
        end(child)


def end(child: subprocess.Popen[str]) -> None:
    """Close its standard input and wait; a machine that stays is killed."""
    for pipe in (child.stdin, child.stdout):
        if pipe:
            pipe.close()
    try:
        child.wait(5)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def ready(name: str, child: subprocess.Popen[str]) -> SimulatedMachine:
    """Wait for the line that says where it listens."""
    too_long = threading.Timer(READY_TIMEOUT_S, child.kill)
    too_long.start()
    line = child.stdout.readline() if child.stdout else ""
    too_long.cancel()
    try:
        said = json.loads(line)
        return SimulatedMachine(name, said["port"], said["control_port"])
    except (ValueError, KeyError) as error:
        raise DemoFolderError(f"The simulated {name} did not start; {name}.log in the demo folder says why.") from error


def write_station(
    folder: Path, plant: Mapping[str, SimulatedMachine], centre: Mapping[str, str], screen: Mapping[str, Any]
) -> Path:
    """The demo's station.toml with this run's ports, centre and panel."""
    text = (files("resources") / "demo" / "station.toml").read_text(encoding="utf-8")
    text = text.replace("port = 5020", f"port = {plant['press'].port}")
    text = text.replace("127.0.0.1:4840", f"127.0.0.1:{plant['screwdriver'].port}")
    text = replace_table(text, "screen", screen)
    text = replace_table(text, "centre", centre)
    file = folder / "station.toml"
    file.write_text(text, encoding="utf-8")
    return file


def replace_table(text: str, name: str, values: Mapping[str, Any]) -> str:
    """A table of the file with other values. JSON's scalars are TOML's."""
    body = "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())
    return re.sub(rf"(?ms)^\[{name}\]\n.*?(?=^\[)", lambda _: f"[{name}]\n{body}\n", text)


def plant_document(units: int, order: str) -> dict[str, Any]:
    """The demo's master data, with an order of so many units first in the queue."""
    document = json.loads((files("resources") / "demo" / "plant.json").read_text(encoding="utf-8"))
    document["job_orders"][0].update(id=order, quantity=units)
    return document
