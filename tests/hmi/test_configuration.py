"""station.toml: what is good becomes settings, what is bad is named with line and key."""

import os
import re
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmi.commands.configured import complaint
from hmi.configuration import ConfigurationError, Problem, load
from hmi.toml_lines import key_lines

DEMO = (files("resources") / "demo" / "station.toml").read_text(encoding="utf-8")
MONITOR = """config_version = 1
[station]
id = "ST-1"
name = "Saw"
[[machine]]
id = "saw"
name = "Saw"
protocol = "modbus"
options = { host = "127.0.0.1" }
tags.state = { address = "holding:0", type = "uint16", role = "state" }
"""


def problems(folder: Path, text: str) -> tuple[Problem, ...]:
    file = folder / "station.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load(file)
    return caught.value.problems


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


def test_the_demo_station_is_good(tmp_path: Path):
    file = tmp_path / "station.toml"
    file.write_text(DEMO, encoding="utf-8")
    settings = load(file)
    assert [machine.id for machine in settings.machines] == ["press", "screwdriver"]
    assert settings.folder == tmp_path / "data"
    assert settings.centre is not None
    assert settings.centre.url == f"sqlite:///{tmp_path / 'centre.db'}"


def test_one_machine_is_enough_for_a_monitor(tmp_path: Path):
    file = tmp_path / "station.toml"
    file.write_text("\ufeff" + MONITOR, encoding="utf-8")
    settings = load(file)
    assert settings.centre is None
    assert settings.zone == "UTC"


BY_HAND = """config_version = 1
[station]
id = "ST-2"
name = "Packing"
[[machine]]
id = "bench"
name = "Bench 2"
protocol = "manual"
"""


def test_a_station_without_a_machine_needs_a_name_and_nothing_else(tmp_path: Path):
    file = tmp_path / "station.toml"
    file.write_text(BY_HAND, encoding="utf-8")
    (machine,) = load(file).machines
    assert machine.is_manual
    assert machine.tags == ()


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("rate_max = 60", "rate_max"),
        ('options = { host = "127.0.0.1" }', "options"),
        ("groups = { fast = 50 }", "groups"),
        ('tags.state = { address = "holding:0", type = "uint16", role = "state" }', "tags.state"),
    ],
)
def test_what_a_manual_station_has_no_use_for_is_refused(tmp_path: Path, line: str, key: str):
    (found,) = problems(tmp_path, BY_HAND + line)
    assert (found.code, found.key, found.line) == ("machine.manual", f"machine[0].{key}", 9)
    assert complaint(tmp_path / "station.toml", found).endswith(f"Take {key.rpartition('.')[2]} out.")


def test_every_other_machine_has_tags(tmp_path: Path):
    (found,) = problems(tmp_path, BY_HAND.replace("manual", "modbus"))
    assert (found.code, found.key) == ("key.missing", "machine[0].tags")


WRONG = [
    ("rate_max = 60", 'rate_max = "fast"', "machine[0].rate_max", "value.type"),
    ("rate_max = 60", "rate_maximum = 60", "machine[0].rate_maximum", "key.unknown"),
    ('protocol = "opcua"', "", "machine[1].protocol", "key.missing"),
    ('zone = "Europe/Berlin"', 'zone = "Europe/Berln"', "station.zone", "zone.unknown"),
    ('id = "screwdriver"', 'id = "press"', "machine[1].id", "machine.twice"),
    ('role = "state", group = "fast"', 'role = "stat", group = "fast"', "machine[0].tags.state.role", "value.not_one_of"),
    ('role = "state", group = "fast"', 'role = "state", group = "quick"', "machine[0].tags.state", "tag.group_unknown"),
    ("px_per_mm = 4.91", "px_per_mm = 0.0", "screen.px_per_mm", "value.wrong"),
    ("config_version = 1", "config_version = 2", "config_version", "config.newer"),
    ('url = "sqlite:///centre.db"', 'url = "mysql://x"', "centre.url", "value.wrong"),
    ("rate_max = 60", "rate_max = inf", "machine[0].rate_max", "value.wrong"),
    ('id = "ST-040"', 'id = "centre"', "station.id", "station.reserved"),
    ('scale = 0.01, title = "force"', 'scale = 0, title = "force"', "machine[0].tags.force", "tag.scale"),
    ("low = 60.0, high = 70.0", "low = 70.0, high = 60.0", "machine[0].tags.end_force", "tag.limits"),
    ('purpose = "bad"', 'purpose = "good"', "machine[0].tags.bad", "tag.purpose_twice"),
]


@pytest.mark.parametrize(("old", "new", "key", "code"), WRONG, ids=[f"{row[3]} at {row[2]}" for row in WRONG])
def test_a_mistake_is_named_with_its_line_and_key(tmp_path: Path, old: str, new: str, key: str, code: str):
    text = DEMO.replace(old, new, 1)
    (found,) = problems(tmp_path, text)
    assert (found.key, found.code) == (key, code)
    expected = line_of(DEMO, 'id = "screwdriver"') - 1 if code == "key.missing" else line_of(DEMO, old)
    assert found.line == expected
    assert re.match(
        rf".*station\.toml:{expected}: {re.escape(key)}: .+\. [A-Z].+\.$", complaint(tmp_path / "station.toml", found)
    )


@pytest.mark.parametrize("kind", ["bool", "float32", "string"])
def test_an_alarms_words_by_number_need_a_whole_number(tmp_path: Path, kind: str):
    tag = f'tags.trouble = {{ address = "holding:1", type = "{kind}", role = "alarm", texts = {{ 1 = "Jam" }} }}'
    (problem,) = problems(tmp_path, MONITOR + tag)
    assert (problem.key, problem.code, problem.line) == ("machine[0].tags.trouble", "tag.alarm_code", 11)


def test_all_mistakes_are_told_at_once(tmp_path: Path):
    text = DEMO.replace("rate_max = 60", "rate_max = true").replace('name = "Press and screw"', "name = 7")
    assert len(problems(tmp_path, text)) == 3


def test_a_tag_that_stands_twice_is_refused_at_its_line(tmp_path: Path):
    line = 'state = { address = "holding:0", type = "uint16", role = "state", group = "fast" }'
    (found,) = problems(tmp_path, DEMO.replace(line, f"{line}\n{line}", 1))
    assert (found.code, found.key) == ("key.twice", "machine[0].tags.state")
    assert found.line == line_of(DEMO, line) + 1


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"[station", b"machine = 3", b"\x00" * 100])
def test_rubbish_is_refused_in_words(tmp_path: Path, content: bytes):
    file = tmp_path / "station.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigurationError) as caught:
        load(file)
    assert all(complaint(file, problem).endswith(".") for problem in caught.value.problems)


def test_a_file_that_is_not_there_is_said(tmp_path: Path):
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path / "nowhere.toml")
    assert caught.value.problems[0].code == "file.unreadable"


def test_a_password_comes_only_by_reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = tmp_path / "station.toml"
    secret = tmp_path / "secret"
    file.write_text(
        DEMO.replace('url = "sqlite:///centre.db"', 'url = "postgresql://h/db"\npassword_file = "secret"'), encoding="utf-8"
    )
    secret.write_text("open sesame\n")
    secret.chmod(0o644)
    if os.name == "posix":
        with pytest.raises(ConfigurationError) as caught:
            load(file)
        assert caught.value.problems[0].code == "secret.open_to_others"
    secret.chmod(0o600)
    settings = load(file)
    assert settings.centre is not None
    assert settings.centre.password == "open sesame"
    assert "open sesame" not in repr(settings)
    file.write_text(
        DEMO.replace('url = "sqlite:///centre.db"', 'url = "postgresql://h/db"\npassword_env = "NO_SUCH"'), encoding="utf-8"
    )
    monkeypatch.delenv("NO_SUCH", raising=False)
    (found,) = problems(tmp_path, file.read_text(encoding="utf-8"))
    assert found.code == "secret.no_variable"


def test_a_machines_password_and_certificates_come_by_reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    text = DEMO.replace('security = "none"', 'security = "basic256sha256"\nuser = "line"\npassword_env = "SCREW"\npki = "pki"')
    file = tmp_path / "station.toml"
    file.write_text(text, encoding="utf-8")
    monkeypatch.setenv("SCREW", "driver")
    options = load(file).machines[1].options
    assert (options["password"], options["pki"]) == ("driver", str(tmp_path / "pki"))
    (found,) = problems(tmp_path, text.replace('password_env = "SCREW"', 'password = "driver"'))
    assert (found.code, found.line) == ("secret.in_file", line_of(text, "password_env"))


@given(st.text(max_size=300))
def test_no_text_breaks_the_line_finder(text: str):
    assert all(1 <= number <= len(text.splitlines()) for number in key_lines(text).values())


def test_letters_too_large_for_a_small_panel_are_refused(tmp_path: Path):
    text = DEMO.replace("[screen]", "[screen]\ntext_scale = 1.5")
    assert text != DEMO
    (found,) = problems(tmp_path, text)
    assert found.line == line_of(text, "text_scale")
