"""`lineside certificate`: what an engineer needs to have the station trusted, and a new one on demand."""

import json
from pathlib import Path

import pytest

from hmi.__main__ import main
from hmi.exits import Exit

STATION = """
config_version = 1
[station]
id = "ST-040"
name = "Press 4"
"""

MACHINE = """
[[machine]]
id = "{id}"
name = "{id}"
protocol = "opcua"
[machine.options]
url = "opc.tcp://127.0.0.1:4840"
{security}
[machine.groups]
normal = 500
[machine.tags.state]
address = "nsu=urn:test;s=State"
type = "int32"
role = "state"
"""

SECURED = 'security = "basic256sha256"\npki = "pki"'


@pytest.fixture
def station(tmp_path: Path):
    """Write a station.toml whose machines have these options for their security."""

    def write(**machines: str) -> Path:
        file = tmp_path / "station.toml"
        tables = (MACHINE.format(id=name, security=security) for name, security in machines.items())
        file.write_text(STATION + "".join(tables), encoding="utf-8")
        return file

    return write


def shown(capsys: pytest.CaptureFixture[str], *words: str | Path) -> list[dict]:
    assert main(["certificate", *map(str, words), "--json"]) == Exit.DONE
    return json.loads(capsys.readouterr().out)


def test_it_is_made_where_missing_and_shown_once_for_all_machines_that_share_it(station, capsys, tmp_path):
    file = station(press=SECURED, robot=SECURED)
    (first,) = shown(capsys, file)
    (again,) = shown(capsys, file)
    assert first == again
    assert first["machines"] == ["press", "robot"]
    assert first["file"] == str(tmp_path / "pki" / "station.der")
    assert first["application_uri"].endswith(":lineside")
    assert (len(first["sha256"]), len(first["sha1"])) == (64, 40)
    assert first["days_left"] > 3640


def test_a_new_one_is_made_only_on_demand(station, capsys):
    file = station(press=SECURED)
    (before,) = shown(capsys, file)
    (after,) = shown(capsys, file, "--renew")
    assert before["sha256"] != after["sha256"]
    assert before["application_uri"] == after["application_uri"]
    assert main(["certificate", str(file)]) == Exit.DONE
    said = capsys.readouterr().out
    assert after["sha256"] in said
    assert "Have it trusted at each of these machines" in said


def test_damaged_files_are_said_and_renewed_on_demand(station, capsys, tmp_path):
    file = station(press=SECURED)
    shown(capsys, file)
    (tmp_path / "pki" / "station.der").write_bytes(b"half of it")
    assert main(["certificate", str(file)]) == Exit.ABSENT
    assert "make new ones at this panel" in capsys.readouterr().err
    assert shown(capsys, file, "--renew")


def test_a_station_that_needs_none_says_so(station, capsys, tmp_path):
    assert main(["certificate", str(station(press='security = "none"'))]) == Exit.ABSENT
    assert "no machine of this station uses OPC UA with security" in capsys.readouterr().err
    assert not (tmp_path / "pki").exists()


@pytest.mark.parametrize(
    ("security", "where"),
    [
        (f'{SECURED}\nmode = "loud"', ":15: machine[0].options.mode: "),
        (f'{SECURED}\nuser_key = "k"\nuser_certificate = "c"', ":16: machine[0].options.user_certificate: "),
        ('security = "basic256sha256"', ":11: machine[0].options.pki: "),
    ],
    ids=["mode", "user_certificate", "pki"],
)
def test_what_cannot_be_secure_is_said_at_the_line_of_its_key(station, capsys, security, where):
    file = station(press=security)
    assert main(["check", str(file)]) == Exit.USAGE
    assert f"{file}{where}" in capsys.readouterr().err
