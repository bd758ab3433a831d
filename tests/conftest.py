"""What every test gets: an offscreen Qt, a pinned time zone, and guards that let nothing unexpected pass unheard."""

import asyncio
import asyncio.runners
import logging
import os
import tempfile
import threading

import pytest
from _pytest.nodeid import coerce_node_id

from tests.tally import Tally

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_API", "pyside6")
os.environ["TZ"] = "UTC"
os.environ["XDG_STATE_HOME"] = tempfile.mkdtemp(prefix="lineside-state-")


def pytest_configure(config):
    """Count what the fault tests do, where the reports of all come together."""
    if not hasattr(config, "workerinput"):
        is_whole = config.args == config.getini("testpaths") and not (config.option.keyword or config.option.markexpr)
        config.pluginmanager.register(Tally(is_whole=is_whole))


OURS = ("hmi", "drivers", "station_db", "widgets")
GRACE_S = 2.0
"""How long a thread that was told to end may take."""


class Listener(logging.Handler):
    """Keeps every warning and error of ours."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        error = f": {record.exc_info[1]!r}" if record.exc_info else ""
        self.heard.append(f"{record.levelname} {record.name}: {record.getMessage()}{error}")


@pytest.fixture(autouse=True)
def _no_surprise_in_the_log(request):
    """A warning or error of ours fails the test unless `expects_log` names a part of it; what is expected must come."""
    expected = [part for marker in request.node.iter_markers("expects_log") for part in marker.args]
    listener = Listener()
    for name in OURS:
        logging.getLogger(name).addHandler(listener)
    yield
    for name in OURS:
        logging.getLogger(name).removeHandler(listener)
    surprises = [line for line in listener.heard if not any(part in line for part in expected)]
    missing = [part for part in expected if not any(part in line for line in listener.heard)]
    assert not surprises, "unexpected in the log:\n" + "\n".join(surprises)
    assert not missing, f"expected in the log and not heard: {missing}"


@pytest.fixture(autouse=True)
def _no_thread_left():
    """A thread that would keep the process from ending must be gone with its test."""
    before = set(threading.enumerate())
    yield
    left = [thread for thread in threading.enumerate() if thread not in before and not thread.daemon]
    for thread in left:
        thread.join(GRACE_S)
    assert not [thread for thread in left if thread.is_alive()], f"threads left: {left}"


@pytest.fixture(autouse=True)
def _no_task_left(monkeypatch):
    """`asyncio.run` ends what a test forgot without a word; here it is said."""
    left = []
    cancel_all = asyncio.runners._cancel_all_tasks

    def heard(loop):
        left.extend(repr(task) for task in asyncio.all_tasks(loop))
        cancel_all(loop)

    monkeypatch.setattr(asyncio.runners, "_cancel_all_tasks", heard)
    yield
    assert not left, "tasks left:\n" + "\n".join(left)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Whole stations mostly wait, so they begin first and the other worker's tests run beside them."""
    items.sort(key=lambda item: "whole_station" not in item.keywords)
    _name_groups(items)


def _name_groups(items):
    """Let `xdist_group` hold: xdist 3.8 writes a test's group to a name that pytest 9.2 no longer reads."""
    for item in items:
        if "_nodeid" in vars(item):
            item._id = coerce_node_id(item._nodeid)
