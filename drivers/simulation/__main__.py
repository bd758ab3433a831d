"""Run a simulated machine: `python -m drivers.simulation press` or `... screwdriver`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from drivers.simulation.process import Kind, ProcessSetup, run

_ABOUT = """A machine to try Lineside with: a press on real Modbus TCP or a screwdriver on real OPC UA, on this host only
(127.0.0.1). It makes parts by itself, now and then a bad one, jams, waits and wears; or only what it is permitted, when the
station asks for that. When it listens it prints one line: {"ready": true, "port": N, "control_port": M}."""
_MORE = """The control port takes one request a line and answers each with a line, e.g. with netcat: {"do": "status"}.
Requests: jam, fault, clear, wear, bad_next, stop_after, preset, restart, drop_link, freeze_program, freeze_process, thaw,
speed, oil, lose_samples, status; docs/architecture.md says what they take. End it with Ctrl-C."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and run the machine it names."""
    setup = _setup(_parser().parse_args(arguments))
    try:
        run(setup)
    except OSError as error:
        sys.exit(f"The simulated {setup.kind} cannot run: {error}. Choose another port, or a truth file that can be written.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=_name(), description=_ABOUT, epilog=_MORE)
    add = parser.add_argument
    add("machine", choices=[kind.value for kind in Kind], help="which machine")
    add("--port", type=int, default=0, metavar="N", help="port of its Modbus TCP or OPC UA server (default: any free one)")
    add("--control-port", type=int, default=0, metavar="N", help="port of the control channel (default: any free one)")
    add("--truth", type=Path, metavar="FILE", help="append what really happens to FILE, one JSON object a line")
    add("--seed", type=int, default=1, metavar="N", help="the same seed makes the same parts (default: 1)")
    add("--speed", type=_speed, default=1.0, metavar="X", help="so many times faster than real time, 0.01 to 100 (default: 1)")
    add("--calm", action="store_true", help="nothing goes wrong by chance: only what the control channel asks for")
    add(
        "--stop-after",
        type=_cycles,
        metavar="N",
        help="stop after N cycles; 0 starts stopped, until stop_after or clear is asked",
    )
    add("--boot", type=_boot, metavar="N", help="number of this start of the program, 1 to 65535 (default: by chance)")
    add("--child", action="store_true", help="end when standard input is closed (for a parent process)")
    return parser


def _name() -> str:
    """How the reader called it: as a module, or by a name of the application's."""
    return "python -m drivers.simulation" if sys.argv[0].endswith("__main__.py") else sys.argv[0]


def _setup(given: argparse.Namespace) -> ProcessSetup:
    return ProcessSetup(
        kind=Kind(given.machine),
        port=given.port,
        control_port=given.control_port,
        truth=given.truth,
        seed=given.seed,
        speed=given.speed,
        is_calm=given.calm,
        is_child=given.child,
        boot=given.boot,
        stop_after=given.stop_after,
    )


def _speed(text: str) -> float:
    speed = float(text)
    if not 0.01 <= speed <= 100:
        raise argparse.ArgumentTypeError("a speed is from 0.01 to 100")
    return speed


def _cycles(text: str) -> int:
    cycles = int(text)
    if cycles < 0:
        raise argparse.ArgumentTypeError("a number of cycles is not negative")
    return cycles


def _boot(text: str) -> int:
    boot = int(text)
    if not 1 <= boot <= 0xFFFF:
        raise argparse.ArgumentTypeError("a boot number is from 1 to 65535")
    return boot


if __name__ == "__main__":
    main()
