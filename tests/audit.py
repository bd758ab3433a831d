"""What every screen must hold: touch sizes and gaps (C01), contrast (C05), whole texts (C18), nothing overlapping."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QImage
from PySide6.QtWidgets import (  # noqa: TID251 - the audit walks widgets
    QAbstractButton,
    QAbstractScrollArea,
    QLabel,
    QLineEdit,
    QWidget,
)

from resources.themes import Tokens, contrast
from widgets.painted_text import PaintsTexts
from widgets.profile import CAP_RATIO, DisplayProfile, TextRole
from widgets.touch_button import ButtonKind, TouchButton

TEXT_RATIO = 7.0
TOLERANCE = 1.5
"""Pixels that rounding may cost."""


@dataclass(frozen=True)
class Finding:
    """One fault, where it is and by how much."""

    rule: str
    path: str
    what: str

    def __str__(self) -> str:
        return f"{self.rule} {self.path}: {self.what}"


def audit(root: QWidget, profile: DisplayProfile, tokens: Tokens) -> list[Finding]:
    """Every finding on a laid-out widget tree."""
    return [
        *touch_sizes(root, profile),
        *touch_gaps(root, profile),
        *clipped_texts(root),
        *small_texts(root, profile),
        *overlaps(root),
        *text_contrast(root, tokens),
        *silent_controls(root),
    ]


def path_of(widget: QWidget) -> str:
    """The widget's way down from the top."""
    names = []
    at: QWidget | None = widget
    while at is not None:
        words = at.accessibleName() or at.objectName()
        names.append(type(at).__name__ + (f"[{words}]" if words else ""))
        at = at.parentWidget()
    return " > ".join(reversed(names))


def controls(root: QWidget) -> list[QWidget]:
    """All that can be touched now: visible and not scrolled away."""
    found = [*root.findChildren(QAbstractButton), *root.findChildren(QLineEdit)]
    found += [child for child in root.findChildren(QWidget) if child.property("interactive")]
    return [control for control in found if control.isVisibleTo(root) and _is_seen(control, root)]


def touch_sizes(root: QWidget, profile: DisplayProfile) -> list[Finding]:
    """C01: 22 mm for the main action, 20 mm for keys, 15 mm for the rest."""
    findings = []
    for control in controls(root):
        least = _least_side(control, profile)
        if control.width() < least or control.height() < least:
            said = f"{control.width()}x{control.height()} px, least {least}"
            findings.append(Finding("C01 size", path_of(control), said))
    return findings


def touch_gaps(root: QWidget, profile: DisplayProfile) -> list[Finding]:
    """C01: at least 3 mm between any two controls (rows of one list count as parts of it when scrolled)."""
    places = [(control, _shown(control, root)) for control in controls(root)]
    findings = []
    for at, (one, first) in enumerate(places):
        for other, second in places[at + 1 :]:
            if one.isAncestorOf(other) or other.isAncestorOf(one):
                continue
            apart = _distance(first, second)
            if apart < profile.gap - 1:
                findings.append(Finding("C01 gap", path_of(one), f"{apart} px to {path_of(other)}, least {profile.gap}"))
    return findings


def clipped_texts(root: QWidget) -> list[Finding]:
    """C18: no text larger than its place, no place outside its widget, no widget outside its parent."""
    findings = []
    for widget in _visible(root):
        findings += _clipped_label(widget) if isinstance(widget, QLabel) else []
        findings += _clipped_paint(widget) if isinstance(widget, PaintsTexts) else []
        if not _inside_parent(widget):
            findings.append(Finding("C18 outside", path_of(widget), f"{widget.geometry()} in {widget.parentWidget().rect()}"))
    return findings


def small_texts(root: QWidget, profile: DisplayProfile) -> list[Finding]:
    """C04: no text below 16 minutes of arc."""
    least = profile.cap_px(TextRole.LABEL) - 0.5
    findings = []
    for widget in _visible(root):
        fonts = [widget.font()] if isinstance(widget, QLabel) and widget.text() else []
        fonts += [text.font for text in widget.painted_texts()] if isinstance(widget, PaintsTexts) else []
        for font in fonts:
            height = QFontMetricsF(font).capHeight() or font.pixelSize() * CAP_RATIO
            if height < least:
                findings.append(Finding("C04", path_of(widget), f"capitals {height:.1f} px, least {least:.1f}"))
    return findings


def overlaps(root: QWidget) -> list[Finding]:
    """C18: siblings in a layout never lie on each other."""
    findings = []
    for parent in [root, *_visible(root)]:
        layout = parent.layout()
        if layout is None:
            continue
        children = [c for c in parent.children() if isinstance(c, QWidget) and c.isVisibleTo(root) and _in_layout(layout, c)]
        for at, one in enumerate(children):
            for other in children[at + 1 :]:
                shared = one.geometry().intersected(other.geometry())
                if shared.width() > 1 and shared.height() > 1:
                    findings.append(Finding("C18 overlap", path_of(one), f"with {path_of(other)} by {shared}"))
    return findings


def text_contrast(root: QWidget, tokens: Tokens) -> list[Finding]:
    """C05 on pixels: the strongest contrast inside each text's place is at least 7:1 (its strokes against its ground)."""
    pixels = _pixels(root)
    findings = []
    for widget in _visible(root):
        for text, place in _texts_of(widget, root):
            ratio = _drawn_contrast(pixels, place)
            if ratio is not None and ratio < TEXT_RATIO * 0.97:
                findings.append(Finding("C05", path_of(widget), f"{text!r} drawn at {ratio:.1f}:1 on {tokens.name}"))
    return findings


def silent_controls(root: QWidget) -> list[Finding]:
    """C16 and C22: every control has a name, and every closed one a reason."""
    findings = []
    for control in controls(root):
        if not control.accessibleName():
            findings.append(Finding("C22", path_of(control), "no accessible name"))
        if not control.isEnabled() and not control.property("disabledReason"):
            findings.append(Finding("C16", path_of(control), "disabled without a reason"))
    return findings


def _least_side(control: QWidget, profile: DisplayProfile) -> int:
    if isinstance(control, TouchButton):
        return {ButtonKind.PRIMARY: profile.primary, ButtonKind.KEY: profile.key}.get(control.kind, profile.other)
    return profile.other


def _visible(root: QWidget) -> list[QWidget]:
    return [child for child in root.findChildren(QWidget) if child.isVisibleTo(root)]


def _shown(widget: QWidget, root: QWidget) -> QRect:
    """What of a widget is seen in `root`; a row scrolled half away counts as gone."""
    place = QRect(widget.mapTo(root, QPoint(0, 0)), widget.size())
    at = widget.parentWidget()
    while at is not None and at is not root:
        if isinstance(at.parentWidget(), QAbstractScrollArea):
            window = QRect(at.mapTo(root, QPoint(0, 0)), at.size())
            if not window.contains(place):
                return QRect()
        at = at.parentWidget()
    return place


def _is_seen(widget: QWidget, root: QWidget) -> bool:
    """Not scrolled away, and nothing lies over its middle."""
    place = _shown(widget, root)
    top = root.childAt(place.center()) if place.isValid() else None
    return top is not None and (top is widget or widget.isAncestorOf(top))


def _distance(one: QRect, other: QRect) -> int:
    across = max(one.left() - other.right() - 1, other.left() - one.right() - 1, 0)
    down = max(one.top() - other.bottom() - 1, other.top() - one.bottom() - 1, 0)
    return max(across, down) if across == 0 or down == 0 else round((across**2 + down**2) ** 0.5)


def _clipped_label(label: QLabel) -> list[Finding]:
    if not label.text():
        return []
    metrics = QFontMetricsF(label.font())
    flags = int(Qt.TextFlag.TextWordWrap) if label.wordWrap() else 0
    room = QRectF(label.contentsRect())
    needed = metrics.boundingRect(QRectF(0, 0, room.width(), 1e5), flags, label.text())
    if needed.width() > room.width() + TOLERANCE or needed.height() > room.height() + TOLERANCE:
        return [Finding("C18 clipped", path_of(label), f"{label.text()!r} needs {needed.size()}, has {room.size()}")]
    return []


def _clipped_paint(widget: QWidget) -> list[Finding]:
    findings = []
    around = QRectF(widget.rect()).adjusted(-TOLERANCE, -TOLERANCE, TOLERANCE, TOLERANCE)
    texts = widget.painted_texts()
    for text in texts:
        needed = text.needed()
        too_large = needed.width() > text.rect.width() + TOLERANCE or needed.height() > text.rect.height() + TOLERANCE
        if too_large or not around.contains(needed):
            findings.append(
                Finding("C18 clipped", path_of(widget), f"{text.text!r} needs {needed}, has {text.rect} in {widget.size()}")
            )
    for at, one in enumerate(texts):
        for other in texts[at + 1 :]:
            shared = one.needed().intersected(other.needed())
            if shared.width() > 3 and shared.height() > 3 and not _floats(one, other):
                findings.append(Finding("C18 overlap", path_of(widget), f"{one.text!r} on {other.text!r}"))
    return findings


def _floats(one: object, other: object) -> bool:
    """A text with a ground of its own may lie over a chart's other texts."""
    return getattr(one, "has_ground", False) or getattr(other, "has_ground", False)


def _inside_parent(widget: QWidget) -> bool:
    parent = widget.parentWidget()
    if parent is None or isinstance(parent.parentWidget(), QAbstractScrollArea):
        return True
    return parent.rect().adjusted(-1, -1, 1, 1).contains(widget.geometry())


def _in_layout(layout: object, child: QWidget) -> bool:
    return any(
        item.widget() is child or (item.layout() is not None and _in_layout(item.layout(), child))
        for item in (layout.itemAt(at) for at in range(layout.count()))
    )


def _texts_of(widget: QWidget, root: QWidget) -> list[tuple[str, QRect]]:
    if not _is_seen(widget, root):
        return []
    origin = widget.mapTo(root, QPoint(0, 0))
    if isinstance(widget, QLabel):
        return [(widget.text(), QRect(origin, widget.size()))] if widget.text().strip() else []
    if isinstance(widget, PaintsTexts):
        return [(text.text, text.needed().toAlignedRect().translated(origin)) for text in widget.painted_texts()]
    return []


def _pixels(root: QWidget) -> np.ndarray:
    picture = root.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    rows = np.frombuffer(picture.constBits(), np.uint32).reshape(picture.height(), picture.bytesPerLine() // 4)
    return rows[:, : picture.width()] & 0xFFFFFF


def _drawn_contrast(pixels: np.ndarray, place: QRect) -> float | None:
    """Contrast of the ground (the commonest colour) with the pixel farthest from it."""
    part = pixels[max(0, place.top()) : place.bottom() + 1, max(0, place.left()) : place.right() + 1]
    colours, counts = np.unique(part, return_counts=True)
    if len(colours) < 2:
        return None
    ground, *others = colours[np.argsort(-counts)][:80].tolist()
    return max(_ratio(ground, other) for other in others)


@cache
def _ratio(one: int, other: int) -> float:
    """The contrast of two pixels; a screen has few pairs and thousands of places."""
    return contrast(f"#{one:06x}", f"#{other:06x}")
