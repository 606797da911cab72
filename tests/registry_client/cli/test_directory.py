from registry.v1.directory_service_pb2 import DepartmentEntry, KeyEntry, OfficialEntry
from registry.v1.envelope_pb2 import SUITE_ED25519
from registry.v1.statement_pb2 import (
    KEY_REVOCATION_REASON_COMPROMISED,
    OFFICIAL_ROLE_APPROVER,
    OFFICIAL_ROLE_SUBMITTER,
    DepartmentRegistration,
    KeyEnrolment,
    Mandate,
    OfficialRegistration,
)
from tests.registry_client.cli.conftest import Ctl
from tests.registry_client.samples import DEPARTMENT
from tests.registry_client.simulated_registry import SimulatedRegistry

HOUSING = DepartmentEntry(
    registration=DepartmentRegistration(
        code=DEPARTMENT,
        name="沧州市(示例)住房和城乡建设局",
        kinds=["housing"],
        mandate=Mandate(
            categories=["E-03-XK", "E-03-CF", "E-51"],
            lists=["L-04"],
            measures=["M-BID-01", "M-BID-02", "M-BID-03", "M-BID-04", "M-BID-05"],
            region="130900",
            relayed_authorities=[DEPARTMENT],
        ),
    ),
    position=11,
)
KEY = KeyEntry(
    keyid="ab" * 32,
    enrolment=KeyEnrolment(
        department=DEPARTMENT, suite=SUITE_ED25519, valid_from="2026-01-01", valid_until="2027-12-31"
    ),
    position=12,
)
OFFICIAL = OfficialEntry(
    registration=OfficialRegistration(
        official_id="A-17",
        department=DEPARTMENT,
        name="示例某",
        section="法规科",
        roles=[OFFICIAL_ROLE_SUBMITTER, OFFICIAL_ROLE_APPROVER],
    ),
    position=13,
)


def test_departments_are_listed_with_their_mandates(ctl: Ctl, simulated: SimulatedRegistry) -> None:
    simulated.departments.append(HOUSING)
    run = ctl("departments")
    assert run.exit_code == 0
    assert run.widest <= 80
    assert DEPARTMENT in run.output
    # Codes are not cut where a line ends.
    for code in HOUSING.registration.mandate.measures:
        assert code in run.output
    assert "转报1个机关" in run.output


def test_departments_as_json_are_the_contracts_messages(ctl: Ctl, simulated: SimulatedRegistry) -> None:
    simulated.departments.append(HOUSING)
    (entry,) = ctl("departments", "--json").objects
    assert entry["registration"]["mandate"]["lists"] == ["L-04"]


def test_keys_are_listed_with_their_state(ctl: Ctl, simulated: SimulatedRegistry) -> None:
    revoked = KeyEntry(
        keyid="cd" * 32,
        enrolment=KEY.enrolment,
        revoked_position=40,
        revocation_reason=KEY_REVOCATION_REASON_COMPROMISED,
    )
    simulated.keys += [KEY, revoked]
    run = ctl("keys", "--department", DEPARTMENT)
    assert simulated.calls[0][1].department == DEPARTMENT
    assert run.widest <= 80
    assert "在用" in run.output
    assert "泄露" in run.output


def test_officials_are_listed_with_section_and_roles(ctl: Ctl, simulated: SimulatedRegistry) -> None:
    left = OfficialEntry(registration=OFFICIAL.registration, revoked_position=40)
    simulated.officials += [OFFICIAL, left]
    run = ctl("officials")
    assert run.widest <= 80
    assert [word in run.output for word in ("经办人", "批准人", "在用", "停用")] == [True] * 4


def test_json_of_officials_and_keys(ctl: Ctl, simulated: SimulatedRegistry) -> None:
    simulated.officials.append(OFFICIAL)
    simulated.keys.append(KEY)
    assert ctl("officials", "--json").objects[0]["registration"]["official_id"] == "A-17"
    assert ctl("keys", "--json").objects[0]["keyid"] == "ab" * 32


def test_the_checkpoint_is_printed_byte_for_byte(ctl: Ctl) -> None:
    note = "credit.example/test\n0\nroot\n\n— signed\n"
    assert ctl("checkpoint").output == note
    assert ctl("checkpoint", "--json").objects == [{"checkpoint": note}]
