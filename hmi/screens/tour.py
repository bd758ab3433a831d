"""A picture of every screen, as it stands."""

from __future__ import annotations

from pathlib import Path

from hmi.screens.window import StationWindow

CARDS = ("sign_in", "bad_part", "pause", "finish")


def save_pictures(window: StationWindow, folder: Path) -> tuple[Path, ...]:
    """Save each place and each card of Run as PNG; the screen then shows what it showed before."""
    folder.mkdir(parents=True, exist_ok=True)
    before, card = window.key, window.run.key
    saved = []
    for place in ("orders", "history", "sync", "run"):
        window.go(place)
        saved.append(_save(window, folder, place))
    for key in CARDS:
        window.run.show_card(key)
        saved.append(_save(window, folder, key))
    window.run.show_card(card)
    window.go(before if before in ("orders", "history") else "run")
    return tuple(saved)


def _save(window: StationWindow, folder: Path, name: str) -> Path:
    path = folder / f"{name}.png"
    window.grab().save(str(path))
    return path
