"""How long records stay is said in station.toml, and what may not be let go is refused at its line."""

from pathlib import Path

import pytest

from hmi.configuration import ConfigurationError, Problem, load
from station_db.retention import Retention

STATION = """config_version = 1
[station]
id = "ST-040"
name = "Press"
area = "Assembly"
zone = "UTC"
[centre]
url = "sqlite:///centre.db"
[[machine]]
id = "hand"
name = "By hand"
protocol = "manual"
"""


def problems(folder: Path, text: str) -> tuple[Problem, ...]:
    """Everything that is wrong with a file."""
    (folder / "station.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as raised:
        load(folder / "station.toml")
    return raised.value.problems


def test_days_are_read_and_without_them_records_stay_for_good(tmp_path: Path) -> None:
    file = tmp_path / "station.toml"
    file.write_text(STATION, encoding="utf-8")
    assert load(file).retention is None
    file.write_text(STATION + "[retention]\ndays = 400\n[retention.kinds]\nunit = 800\n", encoding="utf-8")
    assert load(file).retention == Retention(400, {"unit": 800}, 30)


def test_what_always_stays_and_what_is_shorter_than_the_journal_is_refused_at_its_line(tmp_path: Path) -> None:
    text = STATION + "[retention]\ndays = 20\n[retention.kinds]\njob_response = 90\ncycle = 25\n"
    found = problems(tmp_path, text)
    assert [(one.code, one.key) for one in found] == [
        ("retention.stays", "retention.kinds.job_response"),
        ("retention.shorter", "retention.kinds.cycle"),
    ]
    assert [text.splitlines()[one.line - 1] for one in found if one.line] == ["job_response = 90", "cycle = 25"]


def test_without_a_centre_nothing_may_be_let_go(tmp_path: Path) -> None:
    text = STATION.replace('[centre]\nurl = "sqlite:///centre.db"\n', "") + "[retention]\ndays = 400\n"
    (found,) = problems(tmp_path, text)
    assert found.code == "retention.no_centre"
