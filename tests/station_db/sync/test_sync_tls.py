"""A centre on another computer must prove who it is, and a station gives its password to no other."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from station_db.sync import dialling
from station_db.sync.centre import Centre
from station_db.sync.errors import (
    CentreBusyError,
    CentreCertificateError,
    CentreError,
    CentreInsecureError,
    CentreUnreachableError,
    CentreUrlError,
    NotInitialisedError,
    WrongPasswordError,
)
from tests.faults.certificates import Authority
from tests.faults.postgres import GUARDED, Postgres
from tests.faults.postgres_tls import HOST, Sign, TlsFront, tls_front
from tests.station_db.sync.sync_cases import connected, journal_of

SECRET = "s3cret of a station"
STATION = "station_ST-040"


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority.make("Plant authority")


@pytest.fixture(scope="module")
def pki(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `ca.crt`, and with another authority's."""
    folder = tmp_path_factory.mktemp("pki")
    authority.write(folder / "ca.crt")
    Authority.make("Somebody").write(folder / "other.crt")
    return folder


@pytest.fixture
def front(server: Postgres, authority: Authority, pki: Path) -> Iterator[TlsFront]:
    """TLS before the shared server, with the right certificate."""
    with tls_front(server.socket, SECRET) as made:
        made.show(authority, pki)
        yield made


def refusal(url: str, password: str = SECRET) -> CentreError:
    """The error of connecting: it says what to do, and nowhere the password."""
    with pytest.raises(CentreError) as error:
        Centre.connect(url, password).close()
    told = f"{error.value} {error.value!r} {error.value.__cause__!r}"
    assert error.value.remedy in told
    assert "s3cret" not in told
    return error.value


def test_the_right_authority_and_host_are_let_in_with_the_password_bound_to_the_certificate(
    front: TlsFront, plant: str, pki: Path
) -> None:
    with connected(front.url(plant, STATION, sslrootcert=pki / "ca.crt"), password=SECRET) as centre:
        assert journal_of(centre) == []
        with centre.reading() as connection:
            driver: psycopg.Connection = connection.connection.driver_connection
            assert driver.pgconn.ssl_in_use


def test_nobody_says_anything_of_an_address_that_proves_all(front: TlsFront, plant: str) -> None:
    assert dialling.remarks(front.url(plant, STATION)) == ()
    assert dialling.remarks("postgresql://u@localhost/plant?sslmode=disable") == ()
    assert dialling.remarks("sqlite:///centre.db") == ()


def test_a_station_that_comes_as_somebody_else_hears_who_it_should_be() -> None:
    for user, count in (("station_ST-040@", 0), ("", 0), ("lead@", 1), ("station_ST-041@", 1)):
        assert len(dialling.remarks(f"postgresql://{user}localhost/plant", "ST-040")) == count
    assert "signs in as station_ST-040" in dialling.remarks("postgresql://postgres@/plant", "ST-040")[0]
    assert dialling.remarks("sqlite:///centre.db", "ST-040") == ()


def test_another_authority_another_host_and_no_authority_are_refused(front: TlsFront, plant: str, pki: Path) -> None:
    assert type(refusal(front.url(plant, STATION, sslrootcert=pki / "other.crt"))) is CentreCertificateError
    assert type(refusal(front.url(plant, STATION, sslrootcert=pki / "gone.crt"))) is CentreCertificateError
    assert type(refusal(front.url(plant, STATION, sslrootcert="system"))) is CentreCertificateError
    other = refusal(front.url(plant, STATION, host="other.example", sslrootcert=pki / "ca.crt"))
    assert type(other) is CentreCertificateError
    assert HOST in str(other)


@pytest.mark.parametrize("days", [(-9, -1), (1, 9)])
def test_a_certificate_that_is_over_or_not_yet_valid_is_refused(
    front: TlsFront, plant: str, pki: Path, authority: Authority, days: tuple[int, int]
) -> None:
    front.show(authority, pki, days=days)
    assert type(refusal(front.url(plant, STATION, sslrootcert=pki / "ca.crt"))) is CentreCertificateError


def test_a_centre_without_tls_is_refused_until_the_address_says_so(front: TlsFront, plant: str, pki: Path) -> None:
    front.shown = None
    assert type(refusal(front.url(plant, STATION, sslrootcert=pki / "ca.crt"))) is CentreInsecureError
    weak = front.url(plant, STATION, sslmode="disable", require_auth="none")
    Centre.connect(weak).close()
    said = dialling.remarks(weak)
    assert [remark.split(":")[0] for remark in said] == ["sslmode=disable", "require_auth=none"]


def test_an_address_may_ask_for_tls_alone_and_hears_what_that_does_not_prove(front: TlsFront, plant: str) -> None:
    weak = front.url(plant, STATION, sslmode="require")
    Centre.connect(weak, SECRET).close()
    (said,) = dialling.remarks(weak)
    assert "another computer could pass for the centre" in said


def test_a_wrong_password_and_none_are_refused(front: TlsFront, plant: str, pki: Path) -> None:
    url = front.url(plant, STATION, sslrootcert=pki / "ca.crt")
    for password in ("s3cret of another", ""):
        assert type(refusal(url, password)) is WrongPasswordError


def test_what_the_server_itself_says_behind_tls_is_told_apart(server: Postgres, front: TlsFront, plant: str, pki: Path) -> None:
    there = {"sslrootcert": pki / "ca.crt"}
    assert type(refusal(front.url("nowhere", STATION, **there))) is NotInitialisedError
    assert type(refusal(front.url(plant, "nobody", **there))) is WrongPasswordError
    with server.admin() as admin:
        admin.execute("CREATE ROLE guest LOGIN CONNECTION LIMIT 0")
    assert type(refusal(front.url(plant, "guest", **there))) is CentreBusyError
    with server.admin() as admin:
        admin.execute("ALTER ROLE guest NOLOGIN")
        assert type(refusal(front.url(plant, "guest", **there))) is WrongPasswordError
        admin.execute("DROP ROLE guest")


def test_a_server_that_asks_for_no_password_or_a_weak_one_gets_none(
    server: Postgres, front: TlsFront, plant: str, pki: Path
) -> None:
    front.sign = Sign.SERVER
    url = front.url(plant, STATION, sslrootcert=pki / "ca.crt")
    trusting = refusal(url)
    assert type(trusting) is CentreInsecureError
    with weak_password(server, plant):
        assert type(refusal(front.url(plant, "old", sslrootcert=pki / "ca.crt"))) is CentreInsecureError


@contextmanager
def weak_password(server: Postgres, database: str) -> Iterator[None]:
    """A role whose password is kept as MD5, in a database that asks for it so."""
    rules = server.folder / "pg_hba.conf"
    before = rules.read_text()
    rules.write_text(f"local {database} old md5\n{before}")
    with server.admin() as admin:
        admin.execute("SET password_encryption = 'md5'")
        admin.execute(f"CREATE ROLE old LOGIN PASSWORD '{SECRET}'")
        admin.execute("SELECT pg_reload_conf()")
    try:
        yield
    finally:
        rules.write_text(before)
        with server.admin() as admin:
            admin.execute("DROP ROLE old")
            admin.execute("SELECT pg_reload_conf()")


def test_scram_that_is_not_bound_to_the_certificate_must_be_asked_for(server: Postgres, front: TlsFront, pki: Path) -> None:
    server.create(GUARDED, template="founded")
    front.sign = Sign.SERVER
    with server.admin() as admin:
        admin.execute(f"CREATE ROLE pooled LOGIN PASSWORD '{SECRET}' IN ROLE planner")
    try:
        there = {"sslrootcert": pki / "ca.crt"}
        assert type(refusal(front.url(GUARDED, "pooled", **there))) is CentreInsecureError
        Centre.connect(front.url(GUARDED, "pooled", channel_binding="prefer", **there), SECRET).close()
        wrong = refusal(front.url(GUARDED, "pooled", channel_binding="prefer", **there), "s3cret of another")
        assert type(wrong) is WrongPasswordError
    finally:
        server.drop(GUARDED)
        with server.admin() as admin:
            admin.execute("DROP ROLE pooled")


def test_a_password_in_the_address_is_never_said(front: TlsFront, plant: str, pki: Path) -> None:
    other = pki / "other.crt"
    address = front.url(plant, STATION, sslrootcert=other, sslpassword="s3cret key").replace("@", ":s3cret@", 1)
    assert type(refusal(address, "")) is CentreCertificateError
    for broken in ("postgresql://u:s3cret@host:port/db", "mysql://u:s3cret@h/d", "postgresql://u@h:x/d?password=s3cret"):
        assert type(refusal(broken, "")) is CentreUrlError


def test_a_name_nobody_knows_and_a_closed_port_may_heal(plant: str) -> None:
    assert type(refusal(f"postgresql://{STATION}@centre.invalid/{plant}")) is CentreUnreachableError
    assert type(refusal(f"postgresql://{STATION}@127.0.0.1:1/{plant}")) is CentreUnreachableError
