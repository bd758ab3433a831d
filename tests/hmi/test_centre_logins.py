"""What a person hears who changes who may come to a centre, or writes an address that proves too little."""

from importlib.resources import files
from pathlib import Path

import pytest

from hmi.__main__ import main
from hmi.exits import Exit

DEMO = (files("resources") / "demo" / "station.toml").read_text(encoding="utf-8")


def check(tmp_path: Path, url: str) -> int:
    """`lineside check` of the demo's station with another centre."""
    before, _, rest = DEMO.partition("[centre]")
    _, _, after = rest.partition("\n[")
    file = tmp_path / "station.toml"
    file.write_text(f'{before}[centre]\nurl = "{url}"\n\n[{after}', encoding="utf-8")
    return main(["check", str(file)])


@pytest.mark.parametrize("words", [("--new-password", "ST-040"), ("--remove-station", "ST-040")])
def test_a_file_has_no_logins_to_change_and_it_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
):
    url = f"sqlite:///{tmp_path / 'centre.db'}"
    main(["centre", "init", url, "--station", "ST-040"])
    assert main(["centre", "init", url, *words]) == Exit.ABSENT
    assert "a SQLite centre has no logins" in capsys.readouterr().err


def test_an_address_that_gives_something_away_is_remarked_by_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert check(tmp_path, "postgresql://station_ST-040@plant/lineside?sslmode=disable") == Exit.DONE
    assert "[centre] url: sslmode=disable: records and orders cross the network readable" in capsys.readouterr().out
    assert check(tmp_path, "postgresql://station_ST-040@plant/lineside") == Exit.DONE
    assert "[centre]" not in capsys.readouterr().out


def test_an_address_without_a_database_is_refused_by_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert check(tmp_path, "postgresql://plant") == Exit.USAGE
    assert "[centre] url:" in capsys.readouterr().err
