"""The tags that a high-rate channel's features are, and those that are alarms while a feature is above its limit. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from drivers.tag import AlarmText, DataType, Role, Tag
from drivers.waveforms.setup import CREST, IN_UNIT, KURTOSIS, PEAK, RMS, Channel

_WORDS = {RMS: "RMS", PEAK: "peak", CREST: "crest factor", KURTOSIS: "kurtosis"}


def tags_of(channel: Channel, title: str) -> Iterator[Tag]:
    """Yield a tag for each feature, and for each limit one that is an alarm while the feature is above it."""
    limits = channel.features.limits
    for feature in channel.features.names:
        yield Tag(
            channel.tag(feature),
            "",
            DataType.FLOAT64,
            Role.PROCESS_VALUE,
            unit=_unit_of(channel, feature),
            group=channel.name,
            high=limits.get(feature),
            title=f"{title} {_words_of(feature)}",
        )
    for feature, high in limits.items():
        text = f"{title}: {_words_of(feature)} above {high:g} {_unit_of(channel, feature)}".rstrip()
        yield Tag(channel.alarm(feature), "", DataType.BOOL, Role.ALARM, group=channel.name, title=text, alarm=AlarmText(text))


def _words_of(feature: str) -> str:
    return _WORDS.get(feature) or f"{feature.replace('_', ' to ')} Hz"


def _unit_of(channel: Channel, feature: str) -> str:
    return channel.unit if feature in IN_UNIT or feature not in _WORDS else ""
