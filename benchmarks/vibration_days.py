"""60 days of vibration within a budget, as fast as it goes: `python -m benchmarks.vibration_days [--days N] [--budget MB]`.

Each day 500 MB of float32 samples (made of 16-bit numbers, as a sensor's are) are kept as waveforms of 10 s, their features
beside them as scans, through `Store.keep_waveforms`, `append_frames`, the roll-up and `checkpoint`. What is kept, what was let
go and how large the file ever was is printed; what is still here is read back and compared.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from benchmarks.store_of_tags import HOUR_S, new_store, roll_up, size_on_disk
from benchmarks.tags_by_second import SECOND_NS, SECOND_US, START
from station_db.queries import Span
from station_db.reader import Reader
from station_db.records.base import Digest, Instant
from station_db.signal_queries import Why
from station_db.signals import Frame, Layout
from station_db.store import Store
from station_db.waveform_codec import packed
from station_db.waveforms import KeptWaveform, PackedWaveform, waveform_digest

RATE, SECONDS, A_DAY_BYTES, DAY_S = 25_600, 10, 500_000_000, 86_400
A_DAY = A_DAY_BYTES // (RATE * SECONDS * 4)
SCALE = 9.81 / 3276.8
FEATURES = Layout("press", ("rms", "peak", "kurtosis", "low", "middle", "high"), ("float64",) * 6)
FEATURES_EVERY_S = 10
SLACK_BYTES = 128 * 1024**2
"""The file may be so much above its budget: what comes in between two checkpoints, and the log."""
PATTERNS = 4


@dataclass(slots=True)
class Run:
    """What was seen on the way."""

    largest: int = 0
    offered: int = 0
    cpu_s: float = 0.0
    digests: dict[Digest, int] = field(default_factory=dict)


def main() -> int:
    """Keep, shed, read back, print; 1 when the file grew beyond its budget or what is here differs."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.vibration_days", description="Days of vibration within a budget.")
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--budget", type=int, default=2048, help="MB for signals.db")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lineside-bench-") as folder:
        is_well = _measure(Path(folder), asked.days, asked.budget * 1024**2)
    return int(not is_well)


def _measure(folder: Path, days: int, budget: int) -> bool:
    store, run, patterns = new_store(folder, budget), Run(), [_samples(number) for number in range(PATTERNS)]
    spent = time.process_time()
    made = [_packed(samples) for samples in patterns]
    run.cpu_s = (time.process_time() - spent) / PATTERNS * days * A_DAY
    begun = time.perf_counter()
    for day in range(days):
        spent = time.process_time()
        _live_a_day(store, day, made, patterns, run)
        run.cpu_s += time.process_time() - spent
        run.largest = max(run.largest, size_on_disk(folder))
    took = time.perf_counter() - begun
    notices = {notice.code: notice.args for notice in store.notices}
    store.close()
    return _judge(folder, days, budget, run, patterns, notices, took)


def _live_a_day(store: Store, day: int, made: list[PackedWaveform], patterns: list[bytes], run: Run) -> None:
    for part in range(24):
        first = day * DAY_S + part * HOUR_S
        store.append_frames(_features(first))
        hour: list[PackedWaveform] = []
        for number in range(A_DAY * part // 24, A_DAY * (part + 1) // 24):
            which = (day * A_DAY + number) % PATTERNS
            hour.append(_begun_at(first + len(hour) * SECONDS, made[which], patterns[which]))
            run.digests[hour[-1].head.digest] = which
        store.keep_waveforms(hour, Instant(START + first * SECOND_US))
        run.offered += sum(len(waveform.data) for waveform in hour)
        roll_up(store, (first + HOUR_S) * SECOND_NS)
        store.checkpoint(Instant(START + (first + HOUR_S) * SECOND_US))


def _features(first: int) -> list[Frame]:
    chance = np.random.default_rng(first)
    rows = chance.gamma(4, 0.5, (HOUR_S // FEATURES_EVERY_S, 6)).tolist()
    seconds = range(first, first + HOUR_S, FEATURES_EVERY_S)
    begin = first // FEATURES_EVERY_S + 1
    return [
        Frame(begin + place, FEATURES, Instant(START + second * SECOND_US), second * SECOND_NS, tuple(row))
        for place, (second, row) in enumerate(zip(seconds, rows, strict=True))
    ]


def _samples(number: int) -> bytes:
    chance = np.random.default_rng(number)
    turning = 500 * np.sin(2 * np.pi * 49.5 * np.arange(RATE * SECONDS) / RATE)
    raw = np.rint(chance.normal(0, 300, RATE * SECONDS) + turning).astype(np.int16)
    return (raw.astype(np.float64) * SCALE).astype("<f4").tobytes()


def _packed(samples: bytes) -> PackedWaveform:
    """As `hmi.engine.waveforms` packs what it keeps; done once a pattern, its CPU counted for each waveform."""
    head = KeptWaveform("press", "vibration", "m/s²", float(RATE), Instant(START), RATE * SECONDS, 0, ("alarm:rms",), Digest(""))
    return packed(head, samples, SCALE, 2**62)


def _begun_at(second: int, made: PackedWaveform, samples: bytes) -> PackedWaveform:
    head = replace(made.head, from_at=Instant(START + second * SECOND_US))
    return replace(made, head=replace(head, digest=waveform_digest(head, samples)))


def _judge(
    folder: Path, days: int, budget: int, run: Run, patterns: list[bytes], notices: dict[str, tuple[str, ...]], took: float
) -> bool:
    reader, ever = Reader(folder), Span(Instant(0), Instant(2**62))
    heads = reader.waveforms("press", ever.start, ever.end)
    here = [head for head in heads if head.shed_at is None]
    wrong = sum(reader.waveform(head.digest) != patterns[run.digests[head.digest]] for head in here)
    features = reader.samples("press", FEATURES.tags[:1], ever)
    scans = sum(len(each.at) for each in features.stretches)
    let_go = sum(gap.count for gap in features.missing if gap.why is Why.SHED)
    lost = len(run.digests) - len(heads) + days * DAY_S // FEATURES_EVERY_S - scans - let_go
    seconds = days * DAY_S
    lines = {
        "offered": f"{days * A_DAY_BYTES / 1e9:.1f} GB of samples in {days} days, {run.offered / 1e9:.1f} GB packed",
        "kept": f"{len(here):,} of {len(heads):,} waveforms raw, {wrong} differ; heads of all; {scans:,} scans of features",
        "let go": ", ".join(f"{code} {' '.join(args)}" for code, args in sorted(notices.items())) or "nothing",
        "lost unsaid": f"{lost}",
        "file": f"{run.largest / 1e6:,.0f} MB at most with its log, budget {budget / 1e6:,.0f} MB and {SLACK_BYTES / 1e6:.0f} MB",
        "CPU": f"{run.cpu_s:.0f} s, {run.cpu_s / seconds:.3%} of one core; {took:.0f} s, load {os.getloadavg()[0]:.1f}",
    }
    for head, text in lines.items():
        print(f"  {head:<12} {text}")
    return run.largest <= budget + SLACK_BYTES and not wrong and not lost


if __name__ == "__main__":
    sys.exit(main())
