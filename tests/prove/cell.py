"""Three stations with their presses, each behind a line of its own to one centre, and what can be done to them."""

from __future__ import annotations

import os
import resource
import signal
import struct
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from hmi.clock import SHIFT_VARIABLE
from hmi.commands.demo_centre import keep_secret
from hmi.commands.demo_plant import write_station
from station_db.sync.rights import role_of
from tests.faults.proxy import Mode, Proxy, proxy
from tests.prove.operator import Operator
from tests.prove.server import Server
from tests.stations.plant import Machine, machine, offspring

SPEED = 30
"""Times the speed of a real press."""
HARDLY_ANY = 4096
"""Bytes a file may have on a full disk."""
NOTHING_LIMITS = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


@dataclass
class Station:
    """One station's processes and files."""

    name: str
    folder: Path
    press: Machine
    line: Proxy
    operator: Operator
    engine: subprocess.Popen[bytes] | None = None
    kills: int = 0
    _log: list[int] = field(default_factory=list)

    @property
    def data(self) -> Path:
        """Its store."""
        return self.folder / "data"

    def start(self) -> None:
        """Start the engine unless it runs."""
        if self.engine is not None and self.engine.poll() is None:
            return
        command = [sys.executable, "-m", "hmi", "run", str(self.folder / "station.toml"), "--headless"]
        environment = {**os.environ, SHIFT_VARIABLE: str(self.folder / "clock-shift")}
        with (self.folder / "engine.log").open("ab") as log:
            self.engine = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)

    def kill(self) -> None:
        """Kill -9 the engine; what it started ends by itself or is killed too."""
        if self.engine is not None and self.engine.poll() is None:
            self.engine.kill()
            self.engine.wait()
            self.kills += 1

    def kill_uplink(self) -> None:
        """Kill -9 whatever process the engine has beside it."""
        for process in self._beside():
            with suppress(psutil.NoSuchProcess):
                process.kill()
                self.kills += 1

    def signal(self, number: signal.Signals) -> None:
        """Freeze or thaw the engine."""
        if self.engine is not None and self.engine.poll() is None:
            self.engine.send_signal(number)

    def limit_files(self, most: int | None) -> None:
        """Let no file grow beyond `most` bytes, which to the engine is a full disk; None gives the room back."""
        if self.engine is not None and self.engine.poll() is None:
            limits = NOTHING_LIMITS if most is None else (most, resource.RLIM_INFINITY)
            resource.prlimit(self.engine.pid, resource.RLIMIT_FSIZE, limits)

    def shift_clock(self, seconds: int) -> None:
        """Make the station's clock wrong."""
        with (self.folder / "clock-shift").open("r+b") as file:
            file.write(struct.pack("<q", seconds * 1_000_000))

    def end(self) -> None:
        """End the engine as a service would be ended."""
        if self.engine is None:
            return
        self.engine.terminate()
        try:
            self.engine.wait(20)
        except subprocess.TimeoutExpired:
            self.engine.kill()
            self.engine.wait()

    def _beside(self) -> Sequence[psutil.Process]:
        return [] if self.engine is None else offspring(self.engine.pid)


@contextmanager
def station(name: str, folder: Path, server: Server) -> Iterator[Station]:
    """A station that has not been started."""
    folder.mkdir(parents=True)
    (folder / "clock-shift").write_bytes(bytes(8))
    with ExitStack() as stack:
        line = stack.enter_context(proxy(server.postgres.socket))
        press = stack.enter_context(machine("press", folder, "--speed", str(SPEED), "--calm", "--stop-after", "0"))
        keep_secret(folder / "centre-password", server.passwords[role_of(name)])
        _write(name, folder, press, {"url": server.address_of(name, line.port), "password_file": "centre-password"})
        made = Station(name, folder, press, line, Operator(folder / "data", name))
        try:
            yield made
        finally:
            made.line.set_mode(Mode.PASS)
            made.signal(signal.SIGCONT)
            made.kill()


def _write(name: str, folder: Path, press: Machine, centre: dict[str, str]) -> None:
    """The demo's station.toml with the press alone, under this name."""
    file = write_station(folder, {"press": press, "screwdriver": press}, centre, {"theme": "day", "full_screen": False})
    text = file.read_text(encoding="utf-8").replace('id = "ST-040"', f'id = "{name}"')
    file.write_text(text[: text.rindex("[[machine]]")].replace("rate_max = 60", "rate_max = 5000"), encoding="utf-8")
