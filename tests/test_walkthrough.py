"""From nothing to a verdict with the two command lines alone, as an office would do it for the first time."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from demo.cast import TENDER
from demo.departments import BY_KEY, OPERATOR
from demo.files import SAMPLES
from demo.town import served_at
from registry.v1.envelope_pb2 import SUITE_ED25519, Suite
from registry_client.cli.group import registryctl
from tests.support.command import in_process, registry

FINANCE = BY_KEY["财政"]


@dataclass(slots=True)
class Office:
    """Somebody with credentials at a served registry."""

    target: str
    directory: Path

    def ctl(self, *arguments: str | int | Path) -> tuple[int, list[dict[str, Any]]]:
        """Runs ``registryctl … --json``; how it ended and what it printed."""
        given = {"REGISTRY_TARGET": self.target, "REGISTRY_CREDENTIALS": str(self.directory)}
        done = CliRunner().invoke(registryctl, [*map(str, arguments), "--json"], env=given)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        assert not done.stderr, done.stderr
        return done.exit_code, [json.loads(line) for line in done.stdout.splitlines()]

    def make(self, *arguments: str | Path) -> dict[str, Any]:
        """Runs a command that needs no registry."""
        done = CliRunner().invoke(registryctl, [*map(str, arguments), "--json"])
        assert done.exit_code == 0, done.output
        made: dict[str, Any] = json.loads(done.stdout)
        return made


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("walkthrough") / "registry"
    words = ("--operator-code", OPERATOR.office.code, "--operator-name", OPERATOR.office.name)
    assert registry("init", "--directory", directory, "--address", "127.0.0.1:0", *words).code == 0
    for role, caller, name in (
        ("department", FINANCE.office.code, "finance"),
        ("system/procurement", "tender-platform", "tender-platform"),
    ):
        issued = ("--role", role, "--caller", caller, "--name", name)
        assert in_process("issue", "--directory", directory, *issued).code == 0
    # Each office makes its own key and secret; the registrar's key was made with the installation.
    registrar = Office("", directory / "clients" / "registrar")
    registrar.make("keygen", "--secret", registrar.directory / "statement.secret")
    return directory


@pytest.fixture(scope="module")
def target(installed: Path) -> Iterator[str]:
    with served_at(installed) as where:
        yield where


def test_from_nothing_to_a_verdict_and_back(installed: Path, target: str, tmp_path: Path) -> None:
    registrar = Office(target, installed / "clients" / "registrar")
    finance = Office(target, installed / "clients" / "finance")
    platform = Office(target, installed / "clients" / "tender-platform")
    made = finance.make(
        "keygen", "--out", finance.directory / "signing.pem", "--no-passphrase",
        "--secret", finance.directory / "statement.secret",
    )  # fmt: skip
    acts = tmp_path / "finance.json"
    acts.write_text(json.dumps([_registration(), _enrolment(made["public_key"])]), encoding="utf-8")
    operator_key = installed / "keys" / "operator.key"
    code, done = registrar.ctl(
        "state", acts, "--key", operator_key, "--new-key", finance.directory / "signing.pem"
    )
    assert code == 0, done
    assert [each["position"] for each in done] == [1, 2]

    assert finance.ctl("submit", SAMPLES / "finance" / "measures.csv")[0] == 1  # Some rows are wrong.
    barred = TENDER.bids[1].members[0].party
    asked = ("check", barred.code, "--domain", "procurement", "--role", "bidder", "--at", "2026-10-20T09:30")
    code, (answer,) = platform.ctl(*asked)
    assert (code, answer["verdict"]) == (1, "BLOCKED")
    hit = answer["hits"][0]
    assert hit["measure_code"] == "M-PRO-01"
    assert hit["legal_basis"] == ["政府采购法 第七十七条", "政府采购法实施条例 第七十三条"]

    withdrawal = tmp_path / "withdrawal.json"
    target_of = {"department": FINANCE.office.code, "statement_id": hit["statement_id"]}
    body = {"withdrawal": {"target": target_of, "reason": "处罚决定经行政复议撤销"}}
    withdrawal.write_text(json.dumps(body), encoding="utf-8")
    assert finance.ctl("state", withdrawal)[0] == 0
    assert finance.ctl("state", withdrawal)[1][0]["already"] is True
    code, (answer,) = platform.ctl(*asked)
    assert answer["verdict"] == "INDETERMINATE"  # Nothing else is known of the firm.
    code, (answer,) = platform.ctl(*asked, "--as-known-at", hit["position"])
    assert answer["verdict"] == "BLOCKED"


def test_what_is_refused_is_told_with_its_field(installed: Path, target: str, tmp_path: Path) -> None:
    registrar = Office(target, installed / "clients" / "registrar")
    wrong = _registration()
    wrong["department_registration"]["mandate"]["measures"] = ["M-BID-01"]
    act = tmp_path / "wrong.json"
    act.write_text(json.dumps(wrong), encoding="utf-8")
    code, (outcome,) = registrar.ctl("state", act, "--key", installed / "keys" / "operator.key")
    assert code == 1
    assert outcome["faults"][0]["field"] == "department_registration.mandate.measures"


@pytest.mark.parametrize("content", ["{", "[1]", '{"event": {}, "repair": {}}', '{"repair": {"nothing": 1}}'])
def test_a_file_that_is_no_statement_is_refused_in_one_line(
    installed: Path, target: str, tmp_path: Path, content: str
) -> None:
    registrar = Office(target, installed / "clients" / "registrar")
    path = tmp_path / "no-statement.json"
    path.write_text(content, encoding="utf-8")
    given = {"REGISTRY_TARGET": target, "REGISTRY_CREDENTIALS": str(registrar.directory)}
    words = ["state", str(path), "--key", str(installed / "keys" / "operator.key")]
    done = CliRunner().invoke(registryctl, words, env=given)
    assert done.exit_code == 3
    assert len(done.stderr.splitlines()) == 1
    assert "no-statement.json" in done.stderr


def _registration() -> dict[str, Any]:
    return {
        "department_registration": {
            "code": FINANCE.office.code,
            "name": FINANCE.office.name,
            "kinds": list(FINANCE.kinds),
            "mandate": {
                "categories": list(FINANCE.categories),
                "lists": list(FINANCE.lists),
                "measures": list(FINANCE.measures),
                "region": "130900",
            },
        }
    }


def _enrolment(public_key: str) -> dict[str, Any]:
    return {
        "key_enrolment": {
            "department": FINANCE.office.code,
            "suite": Suite.Name(SUITE_ED25519),
            "public_key": public_key,
            "valid_from": "2026-01-01",
            "valid_until": "2036-12-31",
        }
    }
