"""Folders that other programs write into: every kind of file to the bit, each once, broken and half-written ones left out."""

import asyncio
import os
import struct
import sys
import wave
from contextlib import aclosing

import numpy as np
import pytest

from drivers.reading import Remark, Waveform
from drivers.waveforms.files import FileChannel
from drivers.waveforms.formats import PIECE, TEXT_BYTES_MAX, UnreadableFileError, opened
from drivers.waveforms.inbox import FileInbox
from drivers.waveforms.setup import Channel, Features, Folder

RATE = 1000
NUMBERS = np.array([0, 1, -1, 12_345, -32_768, 32_767] * 20)


def wav(path, numbers, width=2, rate=RATE):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(width)
        file.setframerate(rate)
        whole = np.asarray(numbers, "<i4") << (32 - 8 * width)
        octets = whole.astype("<i4").view(np.uint8).reshape(-1, 4)[:, 4 - width :]
        file.writeframes(octets.tobytes())
    return path


def float_wav(path, numbers):
    body = np.asarray(numbers, "<f4").tobytes()
    head = struct.pack("<4sI4s4sIHHIIHH", b"RIFF", 50 + len(body), b"WAVE", b"fmt ", 18, 3, 1, RATE, RATE * 4, 4, 32) + b"\0\0"
    path.write_bytes(head + struct.pack("<4sI", b"LIST", 3) + b"abc\0" + struct.pack("<4sI", b"data", len(body)) + body)
    return path


def read(path):
    return np.concatenate(list(opened(path).pieces()))


@pytest.mark.parametrize("width", [2, 3, 4])
def test_whole_numbers_of_a_wav_come_back_exactly(tmp_path, width):
    numbers = NUMBERS.astype(np.int64) << 8 * (width - 2)
    file = wav(tmp_path / "a.wav", numbers, width)
    assert opened(file).rate_hz == RATE
    assert read(file).tolist() == numbers.tolist()


def test_floats_come_back_exactly_behind_parts_nobody_knows(tmp_path):
    assert read(float_wav(tmp_path / "a.wav", NUMBERS / 7)).tolist() == (NUMBERS / 7).astype("<f4").tolist()


def test_raw_floats_and_columns_of_text_are_read(tmp_path):
    (tmp_path / "a.f32").write_bytes((NUMBERS / 3).astype("<f4").tobytes())
    (tmp_path / "b.csv").write_text("acceleration\n" + "\n".join(map(repr, (NUMBERS / 3).tolist())) + "\n\n", encoding="utf-8")
    assert read(tmp_path / "a.f32").tolist() == (NUMBERS / 3).astype("<f4").tolist()
    assert read(tmp_path / "b.csv").tolist() == (NUMBERS / 3).tolist()


def test_a_long_file_is_read_in_pieces(tmp_path):
    (tmp_path / "a.f32").write_bytes(np.arange(PIECE + 5, dtype="<f4").tobytes())
    assert [len(piece) for piece in opened(tmp_path / "a.f32").pieces()] == [PIECE, 5]


def broken_wavs(folder):
    whole = wav(folder / "whole.wav", NUMBERS).read_bytes()
    stereo = bytearray(whole)
    stereo[22] = 2
    law = bytearray(whole)
    law[20] = 7
    return [b"", b"RIFF", b"x" * 60, whole[:30], whole[:-1], bytes(stereo), bytes(law), whole[:12] + whole[36:]]


def test_broken_files_are_refused_with_the_reason(tmp_path):
    for content in broken_wavs(tmp_path):
        (tmp_path / "b.wav").write_bytes(content)
        with pytest.raises(UnreadableFileError):
            opened(tmp_path / "b.wav")
    (tmp_path / "c.f32").write_bytes(b"12345")
    (tmp_path / "d.csv").write_text("1\n2;3\n", encoding="utf-8")
    (tmp_path / "e.csv").write_text("1\n1_000\n", encoding="utf-8")
    for name in ("c.f32", "d.csv", "e.csv"):
        with pytest.raises(UnreadableFileError):
            opened(tmp_path / name)


def test_a_header_that_claims_a_description_without_end_costs_no_memory(tmp_path):
    content = bytearray(wav(tmp_path / "a.wav", NUMBERS).read_bytes())
    content[16:20] = b"\xff" * 4
    (tmp_path / "a.wav").write_bytes(content)
    with pytest.raises(UnreadableFileError):
        opened(tmp_path / "a.wav")


def test_a_text_too_large_to_be_held_is_refused_before_it_is_read(tmp_path):
    with (tmp_path / "a.csv").open("wb") as file:
        file.truncate(TEXT_BYTES_MAX + 1)
    with pytest.raises(UnreadableFileError, match="bytes of text"):
        opened(tmp_path / "a.csv")


@pytest.mark.parametrize("left", [4 * PIECE, 4 * PIECE + 3])
def test_a_file_that_gets_shorter_while_it_is_read_is_broken(tmp_path, left):
    (tmp_path / "a.f32").write_bytes(np.arange(PIECE + 5, dtype="<f4").tobytes())
    pieces = opened(tmp_path / "a.f32").pieces()
    next(pieces)
    os.truncate(tmp_path / "a.f32", left)
    with pytest.raises(UnreadableFileError, match="shorter"):
        next(pieces)


def test_a_file_is_whole_once_it_rests_and_a_later_one_began(tmp_path):
    inbox = FileInbox(Folder(tmp_path, tmp_path / "marks" / "m"), patience_s=5)
    (tmp_path / "1.f32").write_bytes(b"1234")
    (tmp_path / "2.f32").write_bytes(b"1234")
    (tmp_path / "2.part").write_bytes(b"1234")
    assert inbox.look(0).whole == ()
    (tmp_path / "1.f32").write_bytes(b"12345678")
    assert inbox.look(1).whole == (), "it grew, and those behind it wait for it"
    assert inbox.look(2).whole == (tmp_path / "1.f32",)
    inbox.took(tmp_path / "1.f32")
    assert inbox.look(4.9).whole == ()
    assert inbox.look(5).whole == (tmp_path / "2.f32",), "the newest one rests for long"


def test_each_file_is_taken_once_over_restarts_and_one_too_late_is_named(tmp_path):
    folder = Folder(tmp_path, tmp_path / "marks" / "m")
    for name in ("1.f32", "2.f32", "3.f32"):
        (tmp_path / name).write_bytes(b"1234")
    FileInbox(folder, 5).took(tmp_path / "2.f32")
    again = FileInbox(folder, 5)
    assert again.look(0).late == ()
    (tmp_path / "15.f32").write_bytes(b"1234")
    assert again.look(1).late == ("15.f32",)
    assert again.look(9).whole == (tmp_path / "3.f32",)


def follow(folder, wanted, *, window_s=0.1, now=None):
    """What a folder tells, until `wanted` events came."""
    channel = Channel("vibration", RATE, "g", 0.05, Features(window_s))
    made = Folder(folder, folder / "marks" / "m", scale=0.5)

    async def run():
        found = []
        at = now or max(file.stat().st_mtime_ns for file in folder.iterdir()) // 1000 + 1_000_000
        files = FileChannel("press", channel, made, lambda: (at, at * 1000))
        async with aclosing(files.stretches()) as stretches:
            async for told in stretches:
                found.append(told)
                if len(found) == wanted:
                    break
        return found

    return asyncio.run(run())


def test_a_broken_file_is_said_and_left_out_and_the_next_is_read(tmp_path):
    wav(tmp_path / "1.wav", NUMBERS)
    (tmp_path / "2.wav").write_bytes(b"no wav")
    wav(tmp_path / "3.wav", NUMBERS, rate=2 * RATE)
    wav(tmp_path / "4.wav", NUMBERS[:10])
    wav(tmp_path / "5.wav", NUMBERS + 0)
    (tmp_path / "6.wav").write_bytes(b"the newest")
    found = follow(tmp_path, 6)
    assert [type(one) for one in found] == [Waveform, Remark, Remark, Remark, Waveform, Remark]
    assert [one.first for one in found if isinstance(one, Waveform)] == [0, 0]
    assert np.frombuffer(found[0].samples, "<f4").tolist() == (NUMBERS * 0.5).tolist()
    assert found[0].at == (tmp_path / "1.wav").stat().st_mtime_ns // 1000
    assert "2000 samples a second" in found[2].reason
    assert found[-1].is_over
    assert (tmp_path / "2.wav").exists(), "files are never touched"


def test_a_name_that_is_no_text_is_taken_like_any_other(tmp_path):
    if os.name == "nt" or sys.platform == "darwin":
        pytest.skip("names are always text here")
    odd = os.fsdecode(b"1\xff.wav")
    wav(tmp_path / "2.wav", NUMBERS)
    (tmp_path / "2.wav").rename(tmp_path / odd)
    wav(tmp_path / "2.wav", NUMBERS)
    assert [told.first for told in follow(tmp_path, 2)] == [0, 0]
    assert FileInbox(Folder(tmp_path, tmp_path / "marks" / "m"), 5).look(0).late == ()
    assert (tmp_path / "marks" / "m").read_bytes() == os.fsencode(odd)


def test_a_disk_that_takes_no_mark_is_said_and_the_samples_still_come(tmp_path):
    for name in ("1.wav", "2.wav", "3.wav"):
        wav(tmp_path / name, NUMBERS)
    (tmp_path / "marks" / "m.new").mkdir(parents=True)
    found = follow(tmp_path, 3)
    assert [type(one) for one in found] == [Waveform, Remark, Waveform]
    assert "written down" in found[1].reason


def test_samples_written_by_a_clock_that_is_ahead_are_not_of_the_future(tmp_path):
    for name in ("1.wav", "2.wav"):
        wav(tmp_path / name, NUMBERS)
    ahead = (tmp_path / "1.wav").stat().st_mtime + 3600
    os.utime(tmp_path / "1.wav", (ahead, ahead))
    now = (tmp_path / "2.wav").stat().st_mtime_ns // 1000
    (told,) = follow(tmp_path, 1, now=now)
    assert told.at == now


def test_a_folder_that_is_not_there_is_said_once(tmp_path):
    made = Folder(tmp_path / "gone", tmp_path / "m")
    channel = Channel("vibration", RATE, "g", 0.02)

    async def run():
        files = FileChannel("press", channel, made, lambda: (0, 0))
        async with aclosing(files.stretches()) as stretches:
            said = await anext(stretches)
            assert "folder" in said.reason
            try:
                async with asyncio.timeout(0.1):
                    await anext(stretches)
            except TimeoutError:
                return
            raise AssertionError("it was said twice")

    asyncio.run(run())
