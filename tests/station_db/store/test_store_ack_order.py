import re
import shutil
import subprocess
import sys

import pytest

from tests.faults.disk_in_memory import in_memory
from tests.faults.power_cut import Synced, Write
from tests.faults.power_cut_work import careless, history_of, record_shifts, same_disk
from tests.station_db.store import store_worker

tmp_path = in_memory
CAN_TRACE = sys.platform.startswith("linux") and shutil.which("strace") is not None
SAID = 20
LINE = re.compile(r"(pwrite64|fdatasync|fsync|write)\((\d+)(?:<([^>]*)>)?")


def _unsynced_when_said(log):
    """How often something was said to be saved while a log still had writes on their way."""
    dirty, early, said = set(), 0, {when for when, _ in log.saved}
    for at, noted in enumerate(log.history):
        early += at in said and bool(dirty & _logs(log))
        if isinstance(noted, Write):
            dirty.add(noted.file)
        elif isinstance(noted, Synced):
            dirty.discard(noted.file)
    return early


def _logs(log):
    return {file for file, path in log.paths.items() if path.name.endswith("-wal")}


@pytest.fixture
def root(tmp_path):
    root = tmp_path / "disk"
    root.mkdir()
    return root


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="files are told apart by /proc")
@pytest.mark.timeout(20)  # a whole run on the slow disk of the tests
def test_nothing_is_said_to_be_saved_while_the_log_is_not_on_the_disk(root):
    with same_disk():
        log = history_of(root, record_shifts)
    assert len(log.saved) > 2 * SAID
    assert _unsynced_when_said(log) == 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="files are told apart by /proc")
@pytest.mark.timeout(20)  # a whole run on the slow disk of the tests
def test_without_waiting_for_the_disk_nearly_all_is_said_too_early(root):
    """The control run: proves that the order is looked at."""
    with same_disk(), careless():
        log = history_of(root, record_shifts)
    assert _unsynced_when_said(log) > SAID


def _early(trace):
    """From a trace: how many acknowledgements were written while a log had unsynced writes."""
    dirty, early, said = set(), 0, 0
    for line in trace.splitlines():
        call = LINE.search(line)
        if call is None:
            continue
        name, handle, path = call.groups()
        if name == "write" and handle == "1":
            said += 1
            early += bool(dirty)
        elif path and path.endswith("-wal"):
            (dirty.add if name == "pwrite64" else dirty.discard)(path)
    return said, early


def _traced(folder, *, is_careless):
    out = folder / "trace.txt"
    command = ["strace", "-f", "-y", "-qq", "-s", "0", "-e", "trace=pwrite64,fdatasync,fsync,write", "-o", str(out)]
    worker = [
        sys.executable,
        "-m",
        store_worker.__name__,
        str(folder / "data"),
        str(SAID),
        *(["careless"] if is_careless else []),
    ]
    (folder / "data").mkdir()
    ran = subprocess.run([*command, *worker], capture_output=True, text=True, check=False)
    if "PTRACE" in ran.stderr or "Operation not permitted" in ran.stderr:
        pytest.skip("processes can't be traced here")
    assert ran.returncode == 0, ran.stderr
    return out.read_text()


@pytest.mark.skipif(not CAN_TRACE, reason="strace is not here")
@pytest.mark.timeout(40)  # two processes under strace
def test_the_system_saw_each_commit_on_the_disk_before_it_was_said(tmp_path, record_property):
    (tmp_path / "full").mkdir()
    (tmp_path / "careless").mkdir()
    said, early = _early(_traced(tmp_path / "full", is_careless=False))
    record_property("said_too_early", f"{early} of {said}")
    assert (said, early) == (SAID, 0)
    said, early = _early(_traced(tmp_path / "careless", is_careless=True))
    assert (said, early) == (SAID, SAID)


def test_a_trace_is_read_as_it_is_written():
    write, said = '1 pwrite64(5</d/record.db-wal>, ""..., 24, 0) = 24', '1 write(1<pipe:[1]>, ""..., 9) = 9'
    sync = "1 fdatasync(5</d/record.db-wal>) = 0"
    assert _early("\n".join((write, said, sync))) == (1, 1)
    assert _early("\n".join((write, sync, said))) == (1, 0)
