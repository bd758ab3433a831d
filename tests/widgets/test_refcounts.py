"""An upgrade of Qt for Python must not lose references to None and True on void calls and signals (it once did)."""

import sys

from PySide6.QtCore import QObject, Signal


class _Teller(QObject):
    told = Signal(bool)


def test_void_calls_and_signals_keep_the_references_of_none_and_true():
    teller = _Teller()
    teller.told.connect(lambda _flag: None)
    before = sys.getrefcount(None), sys.getrefcount(True)
    for _ in range(2000):
        teller.setObjectName("x")
        teller.told.emit(True)
    after = sys.getrefcount(None), sys.getrefcount(True)
    assert abs(after[0] - before[0]) < 200
    assert abs(after[1] - before[1]) < 200
