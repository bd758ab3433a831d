"""What a stranger types: every mistake is a sentence and an exit code, and nothing is changed by it."""

import json
import os
import sqlite3
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from hmi.__main__ import COMMANDS, main
from hmi.clock import new_id
from hmi.exits import Exit
from station_db.reader import Reader
from station_db.records.base import Instant
from station_db.store import Store

DEMO = (files("resources") / "demo" / "station.toml").read_text(encoding="utf-8")
PLANT = files("resources") / "demo" / "plant.json"


@pytest.fixture
def station(tmp_path: Path):
    def write(*changes: tuple[str, str]) -> Path:
        text = DEMO
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        file = tmp_path / "station.toml"
        file.write_text(text, encoding="utf-8")
        return file

    return write


def heard(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, str]:
    code = main([str(word) for word in words])
    return code, capsys.readouterr().err


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]):
    assert main(["--help"]) == Exit.DONE
    said = capsys.readouterr().out
    assert all(f"  {name} " in said for name in COMMANDS)
    assert "exit codes" in said


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert "exit codes" in capsys.readouterr().out


def test_an_unknown_command_is_said(capsys: pytest.CaptureFixture[str]):
    code, said = heard(capsys, "fly")
    assert code == Exit.USAGE
    assert "no command 'fly'" in said


MISFITS = [
    ('address = "holding:20"', 'address = "holding:70000"', "tags.force"),
    ('address = "holding:10.0"', 'address = "holding:10.19"', "tags.oil_hot"),
    ('address = "nsu=urn:lineside:screwdriver;s=State"', 'address = "State"', "tags.state"),
    ("unit = 1", "unit = 900", "options"),
    ("timeout_ms = 800", "timout_ms = 800", "options"),
]


@pytest.mark.parametrize(("old", "new", "key"), MISFITS, ids=[row[2] for row in MISFITS])
def test_what_a_driver_cant_work_with_is_named_at_its_line(
    station, capsys: pytest.CaptureFixture[str], old: str, new: str, key: str
):
    file = station((old, new))
    for command in (["check"], ["run", "--headless"]):
        code, said = heard(capsys, *command, file)
        assert code == Exit.USAGE
        assert f"{file}:" in said
        assert key in said
    assert not (file.parent / "data").exists()


def test_every_tag_that_does_not_fit_is_named_not_only_the_first(station, capsys: pytest.CaptureFixture[str]):
    file = station(
        ('"holding:20"', '"holding:70000"'), ('"holding:21"', '"shelf:1"'), ('"int16", role = "signal", unit = "mm"',) * 2
    )
    code, said = heard(capsys, "check", file)
    assert code == Exit.USAGE
    assert "tags.force" in said
    assert "tags.position" in said
    assert said.endswith("Nothing was started or changed.\n")


BESIDE = """[[machine]]
id = "{id}"
name = "Meter"
protocol = "modbus"
[machine.options]
host = "10.0.0.9"
in_flight = {in_flight}
[machine.groups]
normal = 100
[machine.tags]
flow = {{ address = "holding:1", type = "uint16", role = "signal" }}
"""


def test_machines_that_contradict_each_other_about_their_line_are_named_at_the_key(station, capsys: pytest.CaptureFixture[str]):
    file = station()
    text = file.read_text(encoding="utf-8") + "".join(BESIDE.format(id=f"meter-{deep}", in_flight=deep) for deep in (1, 4))
    file.write_text(text, encoding="utf-8")
    line = text.splitlines().index("in_flight = 4") + 1
    for command in (["check"], ["run", "--headless"]):
        code, said = heard(capsys, *command, file)
        assert code == Exit.USAGE
        assert f"{file}:{line}: machine[3].options.in_flight: option 'in_flight' is 4, but 'meter-1'" in said


def test_a_state_that_packml_does_not_know_is_said(station, capsys: pytest.CaptureFixture[str]):
    named = 'role = "state", group = "fast", states = { "1" = "dancing" }'
    code, said = heard(capsys, "check", station(('role = "state", group = "fast"', named)))
    assert code == Exit.USAGE
    assert "dancing" in said


@pytest.mark.parametrize("command", ["run", "screen", "demo"])
def test_a_size_that_is_none_is_refused_before_anything_starts(tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        main([command, *([] if command == "demo" else [str(tmp_path / "s.toml")]), "--size", "foo"])
    assert ended.value.code == Exit.USAGE
    assert "1280x800" in capsys.readouterr().err


def test_an_unknown_protocol_is_said_at_its_line(station, capsys: pytest.CaptureFixture[str]):
    code, said = heard(capsys, "check", station(('protocol = "opcua"', 'protocol = "telex"')))
    assert code == Exit.USAGE
    assert "telex" in said


def test_a_machine_that_does_not_answer_makes_check_fail_and_says_so(station, capsys: pytest.CaptureFixture[str]):
    file = station(("port = 5020", "port = 1"), ("127.0.0.1:4840", "127.0.0.1:1"))
    assert main(["check", str(file), "--connect", "--json"]) == Exit.BAD
    tags = json.loads(capsys.readouterr().out)["tags"]
    assert {tag["quality"] for tag in tags} == {"bad"}
    assert all(tag["reason"] for tag in tags)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="POSIX rights")
def test_a_store_that_cant_be_written_stops_the_engine_with_a_sentence(station, capsys: pytest.CaptureFixture[str]):
    file = station(('folder = "data"', 'folder = "taken/data"'))
    (file.parent / "taken").write_text("a file where a folder should be")
    code, said = heard(capsys, "run", file, "--headless", "--seconds", "1")
    assert code == Exit.ABSENT
    assert "taken" in said


def test_a_window_without_a_display_is_refused(station, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    for command in ("run", "screen"):
        code, said = heard(capsys, command, station())
        assert code == Exit.NO_DISPLAY
        assert "--offscreen" in said


def test_a_centre_is_founded_loaded_and_looked_at(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    url = f"sqlite:///{tmp_path / 'centre.db'}"
    assert main(["centre", "init", url, "--station", "ST-040"]) == Exit.DONE
    assert main(["centre", "init", url, "--station", "ST-040"]) == Exit.DONE
    assert main(["centre", "load", url, str(PLANT), "--json"]) == Exit.DONE
    assert main(["centre", "status", url, "--json"]) == Exit.DONE
    (station,) = json.loads(capsys.readouterr().out.splitlines()[-1])["stations"]
    assert (station["station_id"], station["entries"], station["last_heard_at"]) == ("ST-040", 0, None)
    for unknown in (["status", url, "--aside"], ["status", url, "--retry-aside"], ["requests", url, "--station"]):
        code, said = heard(capsys, "centre", *unknown, "ST-999")
        assert (code, "ST-999" in said) == (Exit.ABSENT, True)


def test_a_document_with_mistakes_changes_nothing_and_names_each_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    url = f"sqlite:///{tmp_path / 'centre.db'}"
    main(["centre", "init", url, "--station", "ST-040"])
    document = tmp_path / "plant.json"
    document.write_text(PLANT.read_text(encoding="utf-8").replace('"quantity": 3', '"quantity": -3'), encoding="utf-8")
    code, said = heard(capsys, "centre", "load", url, document)
    assert code == Exit.USAGE
    assert "job_orders[0].quantity" in said
    assert "line " in said
    main(["centre", "status", url, "--json"])
    assert json.loads(capsys.readouterr().out)["last_seq"] == 1


def test_a_foreign_or_missing_centre_is_said_and_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    foreign = tmp_path / "photos.db"
    with sqlite3.connect(foreign) as other:
        other.execute("CREATE TABLE photo (id INTEGER)")
    other.close()
    before = foreign.read_bytes()
    for words in (["status"], ["init"]):
        code, said = heard(capsys, "centre", *words, f"sqlite:///{foreign}")
        assert code == Exit.ABSENT
        assert "photos.db" in said
    assert foreign.read_bytes() == before
    code, _ = heard(capsys, "centre", "status", f"sqlite:///{tmp_path / 'none.db'}")
    assert code == Exit.ABSENT
    assert not (tmp_path / "none.db").exists()


def test_a_newer_centre_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "centre.db"
    main(["centre", "init", f"sqlite:///{file}"])
    with sqlite3.connect(file) as centre:
        centre.execute("UPDATE alembic_version SET version_num = '9999'")
    centre.close()
    code, said = heard(capsys, "centre", "status", f"sqlite:///{file}")
    assert code == Exit.ABSENT
    assert "newer" in said


def test_verify_without_a_store_says_where_it_looked(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    code, said = heard(capsys, "verify", tmp_path / "nowhere")
    assert code == Exit.ABSENT
    assert "nowhere" in said


def test_the_entry_point_is_installed():
    program = Path(sys.executable).with_name("lineside.exe" if os.name == "nt" else "lineside")
    said = subprocess.run([program, "--help"], capture_output=True, text=True, timeout=5)
    assert said.returncode == 0
    assert "lineside COMMAND" in said.stdout


def test_a_station_without_a_centre_gets_its_orders_from_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    data = tmp_path / "data"
    Store.open(data, "ST-040", at=Instant(1), app_version="1", new_id=new_id).close()
    for appended in (11, 0):
        assert main(["centre", "load", str(data), str(PLANT), "--json"]) == Exit.DONE
        assert json.loads(capsys.readouterr().out)["appended"] == appended
    resume = Reader(data).resume()
    assert [order.id for order in resume.job_orders] == ["WO-24117", "WO-24121"]
    assert main(["verify", str(data)]) == Exit.DONE
    assert heard(capsys, "centre", "load", tmp_path / "nowhere", PLANT)[0] == Exit.ABSENT
