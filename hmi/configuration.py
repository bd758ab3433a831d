"""station.toml, checked as a whole, becomes `Settings`; every complaint names file, line, key, and what to do."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from hmi.configuration_derived import without_kind
from hmi.configuration_file import CONFIG_VERSION, MachineTable, StationFile
from hmi.configuration_sense import contradictions
from hmi.configuration_tables import machine_from, screen_from
from hmi.secret_references import SecretError, resolve_password
from hmi.settings import BackupPlan, Centre, Settings
from hmi.toml_lines import Path as KeyPath
from hmi.toml_lines import key_lines, repeated, written
from station_db.retention import Retention


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a configuration; `code` and `args` are put into words by `hmi.messages`."""

    line: int | None
    key: str
    code: str
    args: tuple[str, ...] = ()


class ConfigurationError(Exception):
    """The file can't be used; all that is wrong with it at once."""

    def __init__(self, path: Path, problems: tuple[Problem, ...]) -> None:
        super().__init__(f"{path}: {len(problems)} problems, first {problems[0]}")
        self.path = path
        self.problems = problems


def load(path: Path) -> Settings:
    """Read and check a station.toml. Raises `ConfigurationError` with every problem found; changes nothing."""
    text = read_text(path)
    lines = key_lines(text)
    station = parse(path, text, lines)
    problems = tuple(Problem(line_of(key, lines), written(key), code, args) for key, code, args in contradictions(station))
    if problems:
        raise ConfigurationError(path, problems)
    return settings_from(path, station, lines)


def locate(path: Path, table: KeyPath, key: KeyPath, code: str, *args: str) -> Problem:
    """A problem found later (by a driver) at its line of the file, or at that of the table where the key is missing."""
    return Problem(line_of(table + key, key_lines(read_text(path))), written(table + key), code, args)


def line_of(key: KeyPath, lines: Mapping[KeyPath, int]) -> int | None:
    """The line of a key, or of the table around it where the key itself is not written."""
    places = (key[:length] for length in range(len(key), 0, -1))
    return next((lines[place] for place in places if place in lines), None)


def read_text(path: Path) -> str:
    """The file's text; a byte order mark is no offence."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigurationError(path, (Problem(None, "", "file.unreadable", (error.strerror or str(error),)),)) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(path, (Problem(None, "", "file.not_utf8"),)) from error


def parse(path: Path, text: str, lines: dict[KeyPath, int]) -> StationFile:
    """Syntax, version, keys and types."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(path, (syntax_problem(text, str(error)),)) from error
    version = table.get("config_version", CONFIG_VERSION)
    if isinstance(version, int) and version > CONFIG_VERSION:
        newer = Problem(lines.get(("config_version",)), "config_version", "config.newer", (str(version), str(CONFIG_VERSION)))
        raise ConfigurationError(path, (newer,))
    try:
        return StationFile.model_validate(table)
    except ValidationError as error:
        raise ConfigurationError(path, tuple(problem(found, lines) for found in causes(error.errors()))) from error


def causes(errors: list[Any]) -> list[Any]:
    """Without the lists that are too short only because what stands in them is wrong."""
    places = [error["loc"] for error in errors]

    def is_echo(error: Any) -> bool:
        at = error["loc"]
        return error["type"] == "too_short" and any(place[: len(at)] == at and place != at for place in places)

    return [error for error in errors if not is_echo(error)]


def syntax_problem(text: str, message: str) -> Problem:
    """Line and cause out of tomllib's `... (at line 3, column 7)`; a key that stands twice is looked for."""
    what, _, place = message.partition(" (at ")
    if "overwrite" in what and (twice := repeated(text)):
        return Problem(twice[1], written(twice[0]), "key.twice")
    number = place.removeprefix("line ").split(",")[0]
    return Problem(int(number) if number.isdigit() else None, "", "file.syntax", (what,))


def problem(error: Any, lines: dict[KeyPath, int]) -> Problem:
    """One of pydantic's errors as ours."""
    key: KeyPath = without_kind(tuple(error["loc"]))
    code, args = complaint(error)
    return Problem(line_of(key, lines), written(key), code, args)


EXPECTED = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "string": "a text in quotes",
    "list": "a list",
    "tuple": "a list",
    "dict": "a table",
    "model": "a table",
}


def complaint(error: Any) -> tuple[str, tuple[str, ...]]:
    """What is wrong, as a code and its args."""
    kind: str = error["type"]
    if kind == "extra_forbidden":
        return "key.unknown", ()
    if kind == "missing":
        return "key.missing", ()
    if kind == "enum":
        return "value.not_one_of", (str(error["input"]), error["ctx"]["expected"])
    if kind == "union_tag_invalid":
        return "value.not_one_of", (str(error["ctx"]["tag"]), error["ctx"]["expected_tags"])
    if kind == "union_tag_not_found":
        return ("key.source_missing" if "source" in error["ctx"]["discriminator"] else "key.kind_missing"), ()
    expected = EXPECTED.get(kind.removesuffix("_type"))
    if expected:
        return "value.type", (expected, repr(error["input"]))
    return "value.wrong", (str(error["msg"]), repr(error["input"]))


def settings_from(path: Path, station: StationFile, lines: dict[KeyPath, int]) -> Settings:
    """Frozen settings out of a checked file; paths are relative to it."""
    folder = (path.parent / station.data.folder).resolve()
    return Settings(
        path=path,
        id=station.station.id,
        name=station.station.name,
        area=station.station.area,
        zone=station.station.zone,
        folder=folder,
        machines=tuple(
            machine_from(machine, options_from(path, at, machine, lines), path.parent, folder)
            for at, machine in enumerate(station.machine)
        ),
        screen=screen_from(station.screen),
        centre=centre_from(path, station, lines),
        backup=backup_from(path, station, folder, lines),
        signal_budget_mb=station.signals.budget_mb,
        retention=retention_from(station),
    )


BACKUPS = "backups"
"""The folder for backups in the data folder, where none is named."""
OPTION_FILES = {"pki", "server_certificate", "user_certificate", "user_key"}
"""What drivers keep in files; named relative to station.toml."""


def options_from(path: Path, at: int, table: MachineTable, lines: dict[KeyPath, int]) -> dict[str, Any]:
    """A driver's own keys, with its secret resolved and its files beside this one."""
    options = dict(table.options)
    where: KeyPath = ("machine", at, "options")
    if "password" in options:
        key = (*where, "password")
        raise ConfigurationError(path, (Problem(lines.get(key, lines.get(where)), written(key), "secret.in_file"),))
    variable, file = options.pop("password_env", ""), options.pop("password_file", "")
    if variable or file:
        options["password"] = secret(path, lines, where, str(variable), str(file))
    for key in OPTION_FILES & options.keys():
        if isinstance(options[key], str):
            options[key] = str(path.parent / options[key])
    return options


def centre_from(path: Path, station: StationFile, lines: dict[KeyPath, int]) -> Centre | None:
    """The centre with its password resolved: from the environment, or a file that only its owner may read."""
    table = station.centre
    if table is None:
        return None
    return Centre(absolute_url(path, table.url), secret(path, lines, ("centre",), table.password_env, table.password_file))


def backup_from(path: Path, station: StationFile, folder: Path, lines: dict[KeyPath, int]) -> BackupPlan:
    """Where backups go, with the key that seals them resolved like a password."""
    table = station.backup
    place = (path.parent / table.folder).resolve() if table.folder else folder / BACKUPS
    key = secret(path, lines, ("backup",), table.key_env, table.key_file, of="key")
    return BackupPlan(place, table.every_min, table.keep, key)


def retention_from(station: StationFile) -> Retention | None:
    """How long records stay; None: for good."""
    table = station.retention
    return None if table is None else Retention(table.days, table.kinds, table.recovery_days)


def secret(path: Path, lines: dict[KeyPath, int], table: KeyPath, variable: str, file: str, *, of: str = "password") -> str:
    """The password (or another secret, called `of`) that a table refers to, or a complaint at the reference's line."""
    try:
        return resolve_password(path, variable, file)
    except SecretError as error:
        key = (*table, error.key.replace("password", of))
        place = lines.get(key, lines.get(table))
        raise ConfigurationError(path, (Problem(place, written(key), error.code, (error.reference,)),)) from error


def absolute_url(path: Path, url: str) -> str:
    """`sqlite:///centre.db` is relative to the configuration file."""
    scheme, separator, rest = url.partition(":///")
    return f"{scheme}{separator}{(path.parent / rest).resolve()}" if scheme == "sqlite" else url
