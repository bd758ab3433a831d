"""What the system gives us: private folders, short socket names, a parent's closed pipe."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from hmi.platform import SOCKET_PATH_MAX, PlatformError, channel_address, end_child, has_display, own_command, prepare_address

posix = pytest.mark.skipif(sys.platform == "win32", reason="sockets are pipes there")


@posix
def test_the_socket_lies_in_a_folder_that_only_we_can_enter(tmp_path):
    address = channel_address(tmp_path, "ST-040")
    prepare_address(address)
    assert stat.S_IMODE(Path(address).parent.stat().st_mode) == 0o700


@posix
def test_a_deep_data_folder_still_has_an_address_that_fits(tmp_path):
    deep = tmp_path.joinpath(*["a-long-folder-name"] * 8)
    assert len(os.fsencode(channel_address(deep, "ST-040"))) <= SOCKET_PATH_MAX


def test_each_station_and_each_store_has_its_own_address(tmp_path):
    pairs = [(tmp_path, "ST-040"), (tmp_path, "ST-041"), (tmp_path / "other", "ST-040")]
    assert len({channel_address(*pair) for pair in pairs}) == 3
    assert channel_address(*pairs[0]) == channel_address(*pairs[0])


@posix
def test_a_socket_folder_that_is_a_file_is_refused_with_its_path(tmp_path):
    (tmp_path / "run").write_text("")
    with pytest.raises(PlatformError) as refused:
        prepare_address(channel_address(tmp_path, "ST-040"))
    assert refused.value.path == tmp_path / "run"


def test_we_start_ourselves_by_this_python_or_as_the_frozen_program(monkeypatch):
    assert own_command() == [sys.executable, "-m", "hmi"]
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert own_command() == [sys.executable]


@posix
def test_a_display_is_what_the_environment_names(monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert not has_display()
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert has_display()


WATCHER = """
import sys, threading
from hmi.platform import watch_stdin
ended = threading.Event()
watch_stdin(ended.set)
print("ready", flush=True)
sys.exit(7 if ended.wait(4) else 1)
"""


def test_a_child_ends_when_its_pipe_is_closed():
    child = subprocess.Popen([sys.executable, "-c", WATCHER], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with child.stdout:
        assert child.stdout.readline().strip() == b"ready"
        assert end_child(child, 3.0) == 7


def test_a_child_that_will_not_end_is_killed():
    code = "import time; print('ready', flush=True); time.sleep(60)"
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with child.stdout:
        child.stdout.readline()
        assert end_child(child, 0.05) != 0
