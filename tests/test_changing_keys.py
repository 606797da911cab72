"""The section "Changing a log key" of docs/operations.md, walked with the two command lines alone.

Every key of the registry goes from Ed25519 in the clear to SM2 in an encrypted file; then SM2 is required.
What was filed on the way verifies with the last policy, also what was asked about the time before.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from demo.departments import OPERATOR
from registry.domain.periods import china_day
from registry.engine import now_ms
from registry.provenance.keys import FileSigner
from registry_client.cli.group import registryctl
from tests.support.command import in_process, registry
from tests.support.served import started
from tests.support.suites import needs_sm2

FIRM = "91130902DEMAY4CLX6"
PHRASE = "口令 2"
OLD_LOG = 'log_key = "keys/log.key"\n'
OLD_RECEIPT = 'receipt = ["keys/receipt.key"]'


def sealed(name: str) -> str:
    """The line of an encrypted key file whose pass phrase lies in a file."""
    return f"file:keys/{name}.key;passphrase-file=phrase"


@contextmanager
def entered(text: str) -> Iterator[int]:
    """A descriptor from which a line can be read."""
    reading, writing = os.pipe()
    os.write(writing, f"{text}\n".encode())
    os.close(writing)
    yield reading
    os.close(reading)


@dataclass(slots=True)
class House:
    """An installation whose operator works at its directory."""

    directory: Path
    target: str = ""

    def ctl(self, who: str, *words: str | int | Path) -> tuple[int, str]:
        """Runs ``registryctl`` as a caller."""
        given = {
            "REGISTRY_TARGET": self.target,
            "REGISTRY_CREDENTIALS": str(self.directory / "clients" / who),
        }
        done = CliRunner().invoke(registryctl, [*map(str, words)], env=given)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.stdout + done.stderr

    def keygen(self, name: str) -> dict[str, Any]:
        """A new SM2 key, encrypted; what is printed of it."""
        with entered(PHRASE) as phrase:
            path = self.directory / "keys" / f"{name}.key"
            words = ("--suite", "sm2", "--passphrase-fd", phrase, "--out", path, "--json")
            code, told = self.ctl("registrar", "keygen", *words)
        assert code == 0, told
        made: dict[str, Any] = json.loads(told)
        return made

    def state(self, body: dict[str, Any], *words: str | int | Path) -> int:
        """The registrar states something; its position."""
        path = self.directory / "statement.json"
        path.write_text(json.dumps(body), encoding="utf-8")
        code, told = self.ctl("registrar", "state", path, "--json", *words)
        assert code == 0, told
        position: int = json.loads(told)["position"]
        return position

    def file(self, name: str, *words: str | int) -> Path:
        """The platform asks about a firm and files the receipt."""
        path = self.directory / f"{name}.receipt"
        asked = ("check", FIRM, "--domain", "procurement", "--role", "bidder", "--receipt", path)
        code, told = self.ctl("platform", *asked, *words)
        assert code in (0, 1, 2), told
        assert path.exists(), told
        return path

    def policy(self, name: str) -> Path:
        """What ``registry policy`` prints, in a file."""
        printed = in_process("policy", "--directory", self.directory)
        assert printed.code == 0, printed.err
        path = self.directory / name
        path.write_text(printed.out, encoding="utf-8")
        return path

    def verify(self, receipt: Path, policy: Path) -> tuple[int, str]:
        """``registryctl verify``."""
        return self.ctl("platform", "verify", receipt, "--policy", policy)

    def reconfigure(self, *changes: tuple[str, str]) -> None:
        """Changes ``registry.toml``."""
        path = self.directory / "registry.toml"
        text = path.read_text("utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")

    @contextmanager
    def served(self) -> Iterator[None]:
        """Serves it in a process of its own."""
        with started(self.directory) as (_, self.target):
            yield


def founded(directory: Path, *words: str) -> House:
    """A new installation with a certificate for a platform that asks."""
    code, name = OPERATOR.office.code, OPERATOR.office.name
    given = ("--address", "127.0.0.1:0", "--operator-code", code, "--operator-name", name, *words)
    made = registry("init", "--directory", directory, *given)
    assert made.code == 0, made.err
    asking = ("--role", "system/procurement", "--caller", "platform", "--name", "platform")
    assert in_process("issue", "--directory", directory, *asking).code == 0
    house = House(directory)
    secret = directory / "clients" / "registrar" / "statement.secret"
    assert house.ctl("registrar", "keygen", "--secret", secret)[0] == 0
    return house


def change(**body: Any) -> dict[str, Any]:
    """A change of the registry's keys."""
    return {"registry_key_change": body}


def added(purpose: str, key: dict[str, Any]) -> dict[str, Any]:
    """The change that adds a key."""
    purpose = f"REGISTRY_KEY_PURPOSE_{purpose}"
    return change(add={"purpose": purpose, "suite": "SUITE_SM2_SM3", "public_key": key["public_key"]})


@needs_sm2
def test_every_key_of_the_registry_is_changed_and_every_receipt_verifies(tmp_path: Path) -> None:
    house = founded(tmp_path / "registry")
    keys = house.directory / "keys"
    old_log, old_receipt, operator = (
        FileSigner.load(keys / f"{name}.key", None).keyid for name in ("log", "receipt", "operator")
    )
    with house.served():
        receipts = [house.file("before")]
        first = house.policy("first.policy")
    # The keys are at hand and sign nothing yet.
    (house.directory / "phrase").write_text(f"{PHRASE}\n", encoding="utf-8")
    log, receipt, seal = (house.keygen(name) for name in ("log-2", "receipt-2", "operator-2"))
    both = f'log = ["{sealed("log-2")}"]\nreceipt = ["keys/receipt.key", "{sealed("receipt-2")}"]'
    house.reconfigure((OLD_RECEIPT, both))
    plain = ("--key", keys / "operator.key")
    with house.served():
        log_at = house.state(added("LOG", log), *plain)
        receipt_at = house.state(added("RECEIPT", receipt), *plain)
        receipts += [house.file("both"), house.file("both-earlier", "--as-known-at", 0)]
        middle = house.policy("middle.policy")
        assert [house.verify(each, middle)[0] for each in receipts] == [0, 0, 0]
        log_gone = house.state(change(retire=old_log), *plain)
        receipt_gone = house.state(change(retire=old_receipt), *plain)
    # The old keys are taken out of registry.toml, and destroyed.
    house.reconfigure((OLD_LOG, ""), (both, both.replace('"keys/receipt.key", ', "")))
    for name in ("log", "receipt"):
        (keys / f"{name}.key").unlink()
    with house.served():
        receipts += [house.file("after"), house.file("after-earlier", "--as-known-at", 0)]
        receipts.append(house.file("after-signed", "--as-known-at", log_at, "--evidence", "signed"))
        last = house.policy("last.policy")
    told = [house.verify(each, last) for each in receipts]
    assert [code for code, _ in told] == [0] * 6, told
    text = last.read_text("utf-8")
    assert re.findall(r"^require \S+ (.*)$", text, re.MULTILINE) == [f"1 {log_gone}", f"{log_at + 1} -"]
    assert re.findall(r"^receipt \S+ (.*)$", text, re.MULTILINE) == [
        f"1 {receipt_gone}",
        f"{receipt_at + 1} -",
    ]
    assert house.verify(receipts[-1], first)[0] == 1
    # The operator's own key is changed too, and SM2 required from there on.
    today = china_day(now_ms())
    replacing = {
        "key_enrolment": {
            "department": OPERATOR.office.code,
            "suite": "SUITE_SM2_SM3",
            "public_key": seal["public_key"],
            "valid_from": today.isoformat(),
            "valid_until": (today + timedelta(days=730)).isoformat(),
            "replaces": operator,
        }
    }
    with house.served(), entered(PHRASE) as phrase:
        new = ("--new-key", keys / "operator-2.key", "--new-passphrase-fd", phrase)
        size = house.state(replacing, *plain, *new) + 1
    (keys / "operator.key").unlink()
    with (house.directory / "registry.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[suites]\nrequire = ["SUITE_SM2_SM3"]\nfirst_size = {size + 1}\n')
    with house.served():
        receipts.append(house.file("required"))
        required = house.policy("required.policy")
    assert f"suite sm2-sm3 {size + 1}\n" in required.read_text("utf-8")
    told = [house.verify(each, required) for each in receipts]
    assert [code for code, _ in told] == [0] * 7, told
    checked = in_process("verify", "--directory", house.directory, "--rebuild")
    assert checked.code == 0, checked.err


@needs_sm2
def test_a_registry_is_founded_with_sm2_keys_and_requires_them_of_everybody(tmp_path: Path) -> None:
    house = founded(tmp_path / "registry", "--suite", "sm2")
    with (house.directory / "registry.toml").open("a", encoding="utf-8") as file:
        file.write('\n[suites]\nrequire = ["SUITE_SM2_SM3"]\n')
    for name, suite in (("sm2", "sm2"), ("other", "ed25519")):
        words = ("--suite", suite, "--no-passphrase", "--out", house.directory / f"{name}.pem", "--json")
        code, told = house.ctl("registrar", "keygen", *words)
        assert code == 0, told
        (house.directory / f"{name}.public").write_text(json.loads(told)["public_key"], encoding="utf-8")
    plain = ("--key", house.directory / "keys" / "operator.key")
    with house.served():
        house.state(
            _appointed(house, "sm2", "SUITE_SM2_SM3"), *plain, "--new-key", house.directory / "sm2.pem"
        )
        receipt, policy = house.file("sm2"), house.policy("sm2.policy")
        body = _appointed(house, "other", "SUITE_ED25519")
        (house.directory / "other.json").write_text(json.dumps(body), encoding="utf-8")
        other = ("--new-key", house.directory / "other.pem")
        code, told = house.ctl("registrar", "state", house.directory / "other.json", *plain, *other)
    assert code == 1
    assert "SM2_SM3" in "".join(told.split())
    code, told = house.verify(receipt, policy)
    assert code == 0, told
    assert "suite sm2-sm3\n" in policy.read_text("utf-8")
    assert in_process("verify", "--directory", house.directory).code == 0


def _appointed(house: House, name: str, suite: str) -> dict[str, Any]:
    """The enrolment of a further key of the operator."""
    return {
        "key_enrolment": {
            "department": OPERATOR.office.code,
            "suite": suite,
            "public_key": (house.directory / f"{name}.public").read_text("utf-8"),
            "valid_from": "2026-01-01",
            "valid_until": "2036-12-31",
        }
    }
