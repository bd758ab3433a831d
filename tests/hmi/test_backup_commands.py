"""`lineside backup` and `lineside restore`, as a person types them."""

import json
import re

import pytest

from hmi.__main__ import main
from hmi.configuration import ConfigurationError, load
from hmi.exits import Exit
from tests.station_db.store.store_cases import STATION, at, cycle_changes, open_store

STATION_TOML = f"""
config_version = 1
[station]
id = "{STATION}"
name = "Press 4"
[data]
folder = "data"
[backup]
folder = "second disk"
%s
[[machine]]
id = "PRESS"
name = "Press"
protocol = "manual"
"""


@pytest.fixture
def station(tmp_path):
    path = tmp_path / "station.toml"
    path.write_text(STATION_TOML % "")
    store = open_store(tmp_path / "data")
    for number in range(1, 11):
        store.commit([cycle_changes(number)], at(number))
    store.close()
    return path


def test_a_backup_is_made_and_the_drill_finds_it_good(station, capsys):
    assert main(["backup", str(station), "--json"]) == Exit.DONE
    made = json.loads(capsys.readouterr().out)
    assert (made["entries"], made["sealed"]) == (11, False)
    assert main(["restore", str(station), "--drill"]) == Exit.DONE
    said = capsys.readouterr().out
    assert re.search(r"11 entries, 0 problems; 0 entries were made since.*could go on", said, re.DOTALL)


def test_a_restore_keeps_what_was_there(station, tmp_path, capsys):
    main(["backup", str(station)])
    assert main(["restore", str(station)]) == Exit.DONE
    kept = re.search(r"kept as (record\.db\.kept-\w+)", capsys.readouterr().out).group(1)
    assert (tmp_path / "data" / kept).exists()


def test_without_a_backup_or_while_the_station_runs_nothing_is_restored(station, tmp_path, capsys):
    assert main(["restore", str(station)]) == Exit.ABSENT
    assert "no backup" in capsys.readouterr().err
    main(["backup", str(station)])
    store = open_store(tmp_path / "data", prefix="again")
    assert main(["restore", str(station)]) == Exit.ABSENT
    assert "another process" in capsys.readouterr().err
    store.close()


def test_a_damaged_backup_is_refused(station, tmp_path, capsys):
    main(["backup", str(station)])
    (backup,) = (tmp_path / "second disk").iterdir()
    backup.write_bytes(backup.read_bytes()[:20_000])
    assert main(["restore", str(station), "--from", str(backup)]) == Exit.ABSENT
    assert not list((tmp_path / "data").glob("record.db.kept-*"))


def test_a_key_that_is_not_there_is_named_with_its_line(tmp_path):
    path = tmp_path / "station.toml"
    path.write_text(STATION_TOML % 'key_env = "NOT_SET_ANYWHERE"')
    with pytest.raises(ConfigurationError) as refusal:
        load(path)
    (problem,) = refusal.value.problems
    assert (problem.line, problem.key, problem.code) == (10, "backup.key_env", "secret.no_variable")
