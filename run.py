#!/usr/bin/env python3
"""From a fresh machine to a running Lineside, with the standard library alone.

    python3 run.py demo [...]     the demo plant and the operator's window
    python3 run.py test [...]     the whole test suite
    python3 run.py bench [...]    the benchmarks, as one table
    python3 run.py prove [...]    the fault proof: kills, cuts, full disks; then the balance, about 5 minutes
    python3 run.py freeze         the one-folder build

It looks for missing system packages (and installs them where it may), makes `.venv` from the hashed lock, installs the
project into it, and passes every further argument on.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
LOCK = HERE / "requirements.lock"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

OFFSCREEN_LIBRARIES = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libX11.so.6": "libx11-6",
    "libxkbcommon.so.0": "libxkbcommon0",
}
WINDOW_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libX11-xcb.so.1": "libx11-xcb1",
}
COUNTERPART_LIBRARIES = {"libmodbus.so.5": "libmodbus5"}
"""Machines by others that some tests drive; where they can't be had, those tests are skipped and say so."""


def main() -> int:
    """Prepare what the command needs and run it; its exit code is ours."""
    commands = {"demo": demo, "test": test, "bench": bench, "prove": prove, "freeze": freeze}
    if len(sys.argv) < 2 or sys.argv[1] not in commands:
        print(__doc__)
        return 0 if sys.argv[1:] in ([], ["-h"], ["--help"]) else 2
    if sys.version_info < (3, 11):  # noqa: UP036  an older Python may well read this line
        print(f"Lineside needs Python 3.11 or newer; this is {sys.version.split()[0]}. Install a newer one and try again.")
        return 1
    if not provide_system_packages() or not provide_environment():
        return 1
    return commands[sys.argv[1]](sys.argv[2:])


def demo(arguments: list[str]) -> int:
    """The demo plant."""
    return run([PYTHON, "-m", "hmi", "demo", *arguments])


def test(arguments: list[str]) -> int:
    """Linters, contracts and types, then the suite on two workers."""
    provide_counterparts()
    if arguments:
        return run([PYTHON, "-m", "pytest", *arguments])
    checks = (
        [tool("ruff"), "check", "."],
        [tool("ruff"), "format", "--check", "."],
        [tool("lint-imports")],
        [tool("basedpyright")],
        [PYTHON, "-m", "pytest", "-n", "2", "--dist", "loadgroup", "--no-loadscope-reorder", "-q"],
    )
    return max([run(check) for check in checks])


def bench(arguments: list[str]) -> int:
    """All benchmark rows."""
    return run([PYTHON, "-m", "benchmarks", *arguments])


def prove(arguments: list[str]) -> int:
    """Everything that goes wrong, and that nothing is lost by it."""
    return run([PYTHON, "-m", "tests.prove", *arguments])


def freeze(arguments: list[str]) -> int:
    """The one-folder build, in dist/."""
    return run([PYTHON, "-m", "PyInstaller", "--noconfirm", "pyinstaller.spec", *arguments])


def tool(name: str) -> Path:
    """A program of the environment."""
    return PYTHON.parent / (name + (".exe" if os.name == "nt" else ""))


def run(command: list) -> int:
    """Run a command here, on this screen; its exit code. Compiled code is kept inside the environment, so starts are quick."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(VENV / "compiled")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    try:
        return subprocess.run([str(part) for part in command], cwd=HERE, env=environment, check=False).returncode
    except KeyboardInterrupt:
        return 130


def provide_system_packages() -> bool:
    """Install what the system lacks, or say the one line that would; whether we can go on."""
    missing = missing_packages()
    if not missing:
        return True
    print(f"This system lacks: {', '.join(missing)}.", flush=True)
    if not may_install():
        print(f"Please run this once, then try again:\n\n    sudo {install_line(missing)}\n")
        return False
    print("Installing them now.", flush=True)
    failed = install(missing)
    if failed:
        print(f"That did not work. Please run it by hand and read what it says:\n\n    {failed}\n")
    return not failed


def provide_counterparts() -> None:
    """Install what only tests use, asked for once: without it they skip and say why, so a failure here is none."""
    asked = VENV / "asked-for-counterparts"
    missing = [package for library, package in COUNTERPART_LIBRARIES.items() if not loads(library)]
    if missing and sys.platform.startswith("linux") and may_install() and not asked.exists():
        asked.touch()
        install(missing, stderr=subprocess.DEVNULL)


def may_install() -> bool:
    """Whether we may install system packages without asking anybody."""
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def install_line(packages: list[str]) -> str:
    """The command that installs system packages."""
    return f"apt-get install -y --no-install-recommends {' '.join(packages)}"


def install(packages: list[str], stderr: int | None = None) -> str:
    """Install system packages; the command that failed, if one did."""
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in ("apt-get update -qq", f"{install_line(packages)} -qq"):
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": stderr}
        if subprocess.run(command.split(), env=quiet, check=False, **streams).returncode:
            return command
    return ""


def missing_packages() -> list[str]:
    """Debian's names of what is not here; nothing is asked of other systems."""
    if not sys.platform.startswith("linux"):
        return []
    wanted = dict(OFFSCREEN_LIBRARIES)
    if os.environ.get("DISPLAY"):
        wanted.update(WINDOW_LIBRARIES)
    missing = [package for library, package in wanted.items() if not loads(library)]
    return missing if can_make_environments() else ["python3-venv", *missing]


def loads(library: str) -> bool:
    """Whether the system's linker finds a library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def can_make_environments() -> bool:
    """Whether `python3 -m venv` would work (Debian keeps it in a package of its own)."""
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        return False
    return True


def provide_environment() -> bool:
    """Make `.venv` from the lock, again when the lock has changed, and install the project into it; whether it stands."""
    return provide(LOCK, make_environment) and provide(HERE / "pyproject.toml", install_project)


def provide(source: Path, make) -> bool:
    """Run `make` unless it was done for this very content of `source`; whether it is done now."""
    stamp = VENV / f"made-from-{source.name}"
    content = hashlib.sha256(source.read_bytes() + sys.version.encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == content and PYTHON.exists():
        return True
    if not make():
        print("The environment could not be made; the lines above say why. Nothing else was changed. Mend it and try again.")
        return False
    stamp.write_text(content)
    return True


def make_environment() -> bool:
    """A new `.venv` with exactly what the lock names."""
    print("Making the environment from requirements.lock (once; a minute or two).", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    steps = ([sys.executable, "-m", "venv", VENV], [*pip_install(), "--require-hashes", "-r", LOCK])
    return not any(run(step) for step in steps)


def install_project() -> bool:
    """The project itself, as it lies here."""
    return run([*pip_install(), "--no-deps", "--no-build-isolation", "-e", "."]) == 0


def pip_install() -> list:
    """Pip of the environment, asking nobody anything."""
    return [PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]


if __name__ == "__main__":
    sys.exit(main())
