"""``registry certificate``: what the operator revokes is refused, and nothing that was revoked is lost."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from registry.access.certificate_door import CertificateDoor, Lists
from registry.access.certificates import create_authority
from registry.access.revocation import RevocationError, lists_in
from registry.certificate_desk import Desk
from registry.config import load_config
from registry.durable import LOCK_NAME
from registry.engine import StartError
from registry.server import certificate_door
from tests.support.command import Run, assert_one_line, digests, in_process
from tests.support.revocation import crl
from tests.support.spine import found_spine

DAY = timedelta(days=1)
ISSUED = ("--role", "system/procurement", "--caller", "platform")


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    spine = found_spine(tmp_path_factory.mktemp("certificates") / "registry")
    spine.engine.close()
    for name in ("first", "second"):
        issued = in_process("issue", "--directory", spine.directory, *ISSUED, "--name", name)
        assert issued.code == 0, issued.err
    return spine.directory


@pytest.fixture
def bare(founded: Path, tmp_path: Path) -> Path:
    """An installation without a list."""
    return Path(shutil.copytree(founded, tmp_path / "registry"))


@pytest.fixture
def home(bare: Path) -> Path:
    """One with the line that setup says, and an empty list."""
    said = certificate(bare, "setup")
    assert said.code == 0, said.err
    settings = bare / "registry.toml"
    (line,) = [each for each in said.out.splitlines() if each.startswith("revoked_certificates")]
    settings.write_text(settings.read_text("utf-8").replace("[paths]", f"[paths]\n{line}"), "utf-8")
    return bare


def certificate(home: Path, command: str, *arguments: str | Path) -> Run:
    return in_process("certificate", command, "--directory", home, *arguments)


def taken(home: Path, name: str, late_s: float = 0.0) -> bool:
    """Whether a server of this installation takes a client's certificate."""
    config = load_config(home)
    assert config.revoked_certificates is not None
    lists = Lists(config.revoked_certificates, config.authority)
    door = CertificateDoor(lists, lambda: datetime.now(UTC).timestamp() + late_s)
    try:
        door.check_certificate((home / "clients" / name / "cert.pem").read_bytes())
    except RevocationError:
        return False
    return True


def test_nobody_is_revoked_until_somebody_is(home: Path) -> None:
    assert taken(home, "first")
    assert "已吊销 0张" in certificate(home, "list").out


@pytest.mark.parametrize("by", ["name", "file", "serial"])
def test_a_certificate_is_revoked_by_its_name_its_file_or_its_number(home: Path, by: str) -> None:
    path = home / "clients" / "first" / "cert.pem"
    number = x509.load_pem_x509_certificate(path.read_bytes()).serial_number
    named: dict[str, tuple[str | Path, ...]] = {
        "name": ("first",), "file": (path,), "serial": ("--serial", f"{number:X}"),
    }  # fmt: skip
    done = certificate(home, "revoke", *named[by], "--reason", "keyCompromise")
    assert (done.code, done.out) == (0, f"已吊销: {number:x}\n")
    assert not taken(home, "first")
    assert taken(home, "second")
    listed = certificate(home, "list").out
    assert f"{number:x}" in listed
    assert "keyCompromise" in listed


def test_what_was_revoked_before_stays_so_with_its_day_and_reason(home: Path) -> None:
    assert certificate(home, "revoke", "first", "--reason", "superseded").code == 0
    before = certificate(home, "list").out.splitlines()[0]
    assert certificate(home, "revoke", "first", "second").code == 0
    after = certificate(home, "list").out.splitlines()
    assert after[0] == before
    assert len(after) == 3
    assert not taken(home, "first")
    assert not taken(home, "second")


def test_the_list_is_a_crl_that_says_until_when_it_holds(home: Path) -> None:
    certificate(home, "revoke", "first", "--days", "10")
    crl = x509.load_pem_x509_crl((home / "tls/revoked.crl").read_bytes())
    assert crl.next_update_utc is not None
    assert (crl.next_update_utc - crl.last_update_utc).days == 10
    assert taken(home, "second", 9 * 86_400)
    assert not taken(home, "second", 10 * 86_400)
    assert certificate(home, "renew", "--days", "30").code == 0
    assert taken(home, "second", 29 * 86_400)
    assert not taken(home, "first")


def test_each_list_has_a_higher_number_than_the_one_before_even_after_it_was_lost(home: Path) -> None:
    def number() -> int:
        crl = x509.load_pem_x509_crl((home / "tls/revoked.crl").read_bytes())
        return crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number

    first = number()
    certificate(home, "renew")
    second = number()
    (home / "tls/revoked.crl").unlink()
    now = datetime.now(UTC).replace(microsecond=0)
    Desk(home / "tls", home / "tls/revoked.crl").set_up(now)
    assert first < second <= number() + 1


def test_revocations_at_once_are_all_kept(home: Path) -> None:
    numbers = [f"{0xABC0 + each:x}" for each in range(8)]
    with ThreadPoolExecutor(4) as pool:
        runs = list(pool.map(lambda number: certificate(home, "revoke", "--serial", number), numbers))
    assert [run.code for run in runs] == [0] * 8
    listed = certificate(home, "list").out
    assert all(number in listed for number in numbers)


@pytest.mark.parametrize(
    ("command", "arguments", "said"),
    [
        ("setup", (), "已存在"),
        ("revoke", (), "应写明"),
        ("revoke", ("nobody",), "没有这一名称"),
        ("revoke", ("registry.toml",), "没有这一名称"),
        ("revoke", ("--serial", "not hex"), "不是十六进制"),
        *(("revoke", ("first", "--serial", text), "不是证书的序列号") for text in ("0", "-5", "f" * 64)),
    ],
)
def test_what_cannot_be_is_one_line_and_changes_nothing(
    home: Path, command: str, arguments: tuple[str, ...], said: str
) -> None:
    before = digests(home)
    run = certificate(home, command, *arguments)
    assert_one_line(run, said)
    assert digests(home).items() >= before.items()


def test_without_a_list_or_with_a_broken_one_the_command_says_so(bare: Path, home: Path) -> None:
    (home / "tls/revoked.crl").write_bytes(b"")
    for command in (("revoke", "first"), ("renew",), ("list",)):
        assert_one_line(certificate(home, *command), "CRL")
    settings = home / "registry.toml"
    lines = settings.read_text("utf-8").splitlines()
    settings.write_text("\n".join(each for each in lines if "revoked_certificates" not in each), "utf-8")
    assert_one_line(certificate(home, "list"), "registry certificate setup")


def test_whoever_changes_the_list_every_account_that_serves_can_read_it(home: Path) -> None:
    """An operator is root, perhaps: a list of his own alone would shut everybody out within a second."""
    changed = certificate(home, "revoke", "first")
    assert changed.code == 0, changed.err
    for name in ("revoked.crl", LOCK_NAME):
        assert (home / "tls" / name).stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("first", ["own", "other"])
def test_lists_of_other_authorities_stay_as_they_are(home: Path, tmp_path: Path, first: str) -> None:
    other, path = tmp_path / "other", home / "tls" / "revoked.crl"
    create_authority(other, name="Another", not_before=datetime.now(UTC) - DAY, lifetime=90 * DAY)
    with (home / "tls" / "authority.pem").open("ab") as file:
        file.write((other / "authority.pem").read_bytes())
    assert certificate(home, "revoke", "first").code == 0
    lists = {"own": path.read_bytes(), "other": crl(other, [7], number=1 << 40)}
    path.write_bytes(lists.pop(first) + lists.popitem()[1])
    for command in (("revoke", "second"), ("renew",)):
        assert certificate(home, *command).code == 0
    assert (taken(home, "first"), taken(home, "second")) == (False, False)
    kept = {
        each.issuer.rfc4514_string(): [one.serial_number for one in each]
        for each in lists_in(path.read_bytes())
    }
    assert kept["CN=Another"] == [7]
    assert len(kept) == 2
    assert "已吊销 2张" in certificate(home, "list").out


def test_without_a_list_of_the_own_authority_nothing_is_put_in_the_place_of_anothers(
    home: Path, tmp_path: Path
) -> None:
    other, path = tmp_path / "other", home / "tls" / "revoked.crl"
    create_authority(other, name="Another", not_before=datetime.now(UTC) - DAY, lifetime=90 * DAY)
    with (home / "tls" / "authority.pem").open("ab") as file:
        file.write((other / "authority.pem").read_bytes())
    path.write_bytes(crl(other, [7]))
    before = path.read_bytes()
    assert_one_line(certificate(home, "revoke", "first"), "没有", "吊销名单")
    assert path.read_bytes() == before


def test_a_server_does_not_start_on_a_list_that_says_nothing(home: Path) -> None:
    certificate_door(load_config(home))
    (home / "tls/revoked.crl").write_bytes(b"7")
    with pytest.raises(StartError, match=r"revoked\.crl"):
        certificate_door(load_config(home))
