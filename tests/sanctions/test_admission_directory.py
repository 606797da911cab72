"""The registrar grants no mandate beyond the law, and cannot lock everybody out."""

from collections.abc import Iterator
from typing import Any

import pytest

from demo.departments import OPERATOR
from registry.domain.identifiers import organisation_code_check_character, uscc_check_character
from registry.provenance.envelope import sign_envelope
from registry.provenance.keys import FileSigner
from registry.v1 import envelope_pb2
from registry.v1 import statement_pb2 as pb
from tests.support.events import faults, firm, penalty, person, placed, refusal, registration
from tests.support.spine import Spine, enrolment_of, found_spine, furnish

REGISTRAR = OPERATOR.key
ED25519 = envelope_pb2.SUITE_ED25519
MANDATE = "department_registration.mandate"


@pytest.fixture
def founded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spine]:
    """A registry of one's own, with one department."""
    spine = furnish(found_spine(tmp_path_factory.mktemp("founded") / "registry"), ["财政"])
    yield spine
    spine.engine.close()


def registered(spine: Spine, **changes: Any) -> set[tuple[str, str]]:
    """Why 财政 is not registered again with changes."""
    wanted = registration("财政")
    for field, value in changes.items():
        if field in ("code", "name"):
            setattr(wanted, field, value)
        elif field == "region":
            wanted.mandate.region = value
        else:
            holder: Any = wanted if field == "kinds" else wanted.mandate
            getattr(holder, field).append(value)
    return refusal(spine.say(REGISTRAR, department_registration=wanted))


def official(spine: Spine, key: str, official_id: str = "001", *roles: int) -> pb.OfficialRegistration:
    """An official of a department."""
    return pb.OfficialRegistration(
        official_id=official_id,
        department=spine.code(key),
        name="示例某",
        section="一科",
        roles=list(roles) or [pb.OFFICIAL_ROLE_SUBMITTER],  # type: ignore[arg-type]
    )


# --- departments ----------------------------------------------------------------------------------


def test_department_is_granted_only_lists_that_law_lets_its_kind_keep(spine: Spine) -> None:
    assert registered(spine, lists="L-01") == {("MANDATE_BEYOND_LAW", f"{MANDATE}.lists")}
    assert registered(spine, lists="L-99") == {("MANDATE_BEYOND_LAW", f"{MANDATE}.lists")}


@pytest.mark.parametrize(
    "changes", [{"kinds": ["association", "finance"]}, {"kinds": ["association"], "categories": ["E-03-CF"]}]
)
def test_association_states_no_credit_information(spine: Spine, changes: dict[str, list[str]]) -> None:
    kinds, categories = changes["kinds"], changes.get("categories", [])
    wanted = pb.DepartmentRegistration(code="51130900DEM0000005", name="沧州市(示例)协会", kinds=kinds)
    wanted.mandate.region = "130900"
    wanted.mandate.categories.extend(categories)
    found = refusal(spine.say(REGISTRAR, department_registration=wanted))
    assert ("MANDATE_BEYOND_LAW", MANDATE) in found


def test_department_is_granted_only_measures_that_law_lets_its_kind_impose(spine: Spine) -> None:
    assert registered(spine, measures="M-EXI-01") == {("MANDATE_BEYOND_LAW", f"{MANDATE}.measures")}
    assert registered(spine, measures="M-XXX-01") == {("MANDATE_BEYOND_LAW", f"{MANDATE}.measures")}


def test_department_is_of_a_kind_and_for_categories_that_the_catalogue_has(spine: Spine) -> None:
    assert registered(spine, kinds="popes") == {("FIELD_INVALID", "department_registration.kinds")}
    assert registered(spine, categories="E-99") == {("CATEGORY_NOT_IN_CATALOGUE", f"{MANDATE}.categories")}


def test_department_has_a_valid_code_a_name_and_a_region(spine: Spine) -> None:
    field = "department_registration.code"
    assert registered(spine, code=spine.code("财政")[:17]) == {("CODE_LENGTH", field)}
    assert registered(spine, name="\u200b") == {("FIELD_REQUIRED", "department_registration.name")}
    assert registered(spine, region="1309") == {("FIELD_INVALID", f"{MANDATE}.region")}


def test_department_is_not_registered_a_second_time_under_its_code_in_lower_case(spine: Spine) -> None:
    refused = registered(spine, code=spine.code("财政").lower())
    assert refused == {("FIELD_INVALID", "department_registration.code")}


def test_mandate_for_the_whole_country_is_that_of_a_body_registered_centrally_alone(founded: Spine) -> None:
    assert registered(founded, region="") == {("FIELD_REQUIRED", f"{MANDATE}.region")}
    central = registration("财政")
    body = f"11100000DEM00099{organisation_code_check_character('DEM00099')}"
    central.code = body + uscc_check_character(body)
    central.mandate.region = ""
    placed(founded.say(REGISTRAR, department_registration=central))


def test_faults_of_a_registration_are_told_in_one_order(spine: Spine) -> None:
    wanted = registration("财政", kinds=[f"k{number}" for number in range(9)])
    told = faults(spine.say(REGISTRAR, department_registration=wanted))
    assert [fault.message for fault in told] == [f"部门种类“k{number}”不在目录内。" for number in range(9)]


def test_authorities_that_are_relayed_have_valid_codes(spine: Spine) -> None:
    field = f"{MANDATE}.relayed_authorities[0]"
    assert registered(spine, relayed_authorities="县局") >= {("CODE_LENGTH", field)}
    assert registered(spine, relayed_authorities=spine.code("税务").lower()) == {("FIELD_INVALID", field)}


# --- officials ------------------------------------------------------------------------------------


def test_official_belongs_to_a_registered_department_and_has_a_name_a_section_and_a_role(
    spine: Spine,
) -> None:
    bare = pb.OfficialRegistration(department=firm(1).identifier.value)
    path = "official_registration"
    assert refusal(spine.say(REGISTRAR, official_registration=bare)) == {
        ("DEPARTMENT_UNKNOWN", f"{path}.department"),
        ("FIELD_REQUIRED", f"{path}.official_id"),
        ("FIELD_REQUIRED", f"{path}.name"),
        ("FIELD_REQUIRED", f"{path}.section"),
        ("FIELD_REQUIRED", f"{path}.roles"),
    }


@pytest.mark.parametrize(
    "wanted", ["B-1 ", " B-1", "B 1", "甲-1", "Ｂ-1", "B/1", "B\n", "x" * 33, person(7).identifier.value]
)
def test_staff_id_is_in_its_normal_form_and_names_no_person(spine: Spine, wanted: str) -> None:
    said = spine.say(REGISTRAR, official_registration=official(spine, "财政", wanted))
    assert refusal(said) == {("FIELD_INVALID", "official_registration.official_id")}


def test_staff_ids_of_a_department_differ_in_more_than_case(founded: Spine) -> None:
    placed(founded.say(REGISTRAR, official_registration=official(founded, "财政", "Ab-1")))
    said = founded.say(REGISTRAR, official_registration=official(founded, "财政", "aB-1"))
    assert refusal(said) == {("FIELD_INVALID", "official_registration.official_id")}
    placed(founded.say(REGISTRAR, official_registration=official(founded, "财政", "Ab-1")))
    placed(founded.say(REGISTRAR, official_registration=official(founded, REGISTRAR, "aB-1")))


def test_role_that_this_release_does_not_know_is_refused(spine: Spine) -> None:
    said = spine.say(REGISTRAR, official_registration=official(spine, "财政", "002", 99))
    assert refusal(said) == {("FIELD_INVALID", "official_registration.roles")}


def test_official_who_is_not_there_is_not_revoked(spine: Spine) -> None:
    gone = pb.OfficialRevocation(department=spine.code("财政"), official_id="nobody")
    assert refusal(spine.say(REGISTRAR, official_revocation=gone)) == {
        ("OFFICIAL_UNKNOWN", "official_revocation.official_id"),
        ("FIELD_REQUIRED", "official_revocation.reason"),
    }


def test_keys_of_an_official_who_has_left_do_not_come_back_with_the_staff_id(founded: Spine) -> None:
    code = founded.code("财政")
    keys = [founded.appoint("财政", "Z-9", "一科", pb.OFFICIAL_ROLE_SUBMITTER), FileSigner.generate(ED25519)]
    placed(founded.enrol("财政", keys[1], official_id="Z-9"))
    colleague = founded.appoint("财政", "Z-8", "一科", pb.OFFICIAL_ROLE_SUBMITTER)
    left = pb.OfficialRevocation(official_id="Z-9", department=code, reason="离职")
    position = placed(founded.say(REGISTRAR, official_revocation=left))
    placed(founded.say(REGISTRAR, official_registration=official(founded, "财政", "Z-9")))
    for _ in range(2):
        for number, key in enumerate(keys):
            said = founded.say("财政", f"by-{number}", event=penalty("财政", firm(1)), by=key)
            assert refusal(said) == {("KEY_REVOKED", "signatures[0].keyid")}
            entry = founded.engine.state.directory.key(key.keyid)
            assert entry is not None
            assert (entry.revoked_position, entry.revocation_reason) == (
                position,
                pb.KEY_REVOCATION_REASON_RETIRED,
            )
        founded.reopen()
    placed(founded.say("财政", event=penalty("财政", firm(1)), by=colleague))
    placed(founded.say("财政", event=penalty("财政", firm(1), "2026-03-02")))


def test_registrar_of_another_department_changes_nothing(spine: Spine) -> None:
    """登记员 is an office of the operator; the role means nothing elsewhere."""
    registrar = official(spine, "税务", "003", pb.OFFICIAL_ROLE_REGISTRAR)
    placed(spine.say(REGISTRAR, official_registration=registrar))
    key = FileSigner.generate(ED25519)
    placed(spine.enrol("税务", key, official_id="003"))
    statement = spine.statement("税务", department_registration=registration("税务"))
    said = spine.put("税务", sign_envelope(statement.SerializeToString(), key))[0]
    assert refusal(said) == {("NOT_REGISTRAR", "department")}


def test_submitter_of_the_operator_changes_nothing(spine: Spine) -> None:
    placed(spine.say(REGISTRAR, official_registration=official(spine, REGISTRAR, "004")))
    key = FileSigner.generate(ED25519)
    placed(spine.enrol(REGISTRAR, key, official_id="004"))
    statement = spine.statement(REGISTRAR, department_registration=registration("税务"))
    said = spine.put(REGISTRAR, sign_envelope(statement.SerializeToString(), key))[0]
    assert refusal(said) == {("NOT_REGISTRAR", "department")}


# --- keys -----------------------------------------------------------------------------------------


def test_key_is_enrolled_for_a_registered_department_and_an_active_official(spine: Spine) -> None:
    key = FileSigner.generate(ED25519)
    enrolment = enrolment_of(firm(1).identifier.value, key, official_id="nobody")
    statement = spine.statement(REGISTRAR, key_enrolment=enrolment)
    assert refusal(spine.put(REGISTRAR, spine.seal(REGISTRAR, statement, key))[0]) == {
        ("DEPARTMENT_UNKNOWN", "key_enrolment.department"),
        ("OFFICIAL_UNKNOWN", "key_enrolment.official_id"),
    }


def test_key_is_enrolled_once(spine: Spine) -> None:
    refused = refusal(spine.enrol("税务", spine.signers["财政"]))
    assert refused == {("KEY_ALREADY_ENROLLED", "key_enrolment.public_key")}


def test_registrar_does_not_rotate_the_key_of_another(founded: Spine) -> None:
    """It would pass for one that its holder has long had, in cases that are under way."""
    new = FileSigner.generate(ED25519)
    rotated = {"replaces": founded.signers["财政"].keyid}
    assert ("KEY_NOT_REPLACEABLE", "key_enrolment.replaces") in refusal(founded.enrol("财政", new, **rotated))
    placed(founded.enrol("财政", new))


def test_key_is_not_enrolled_without_proof_of_possession(spine: Spine) -> None:
    enrolment = enrolment_of(spine.code("财政"), FileSigner.generate(ED25519))
    statement = spine.statement(REGISTRAR, key_enrolment=enrolment)
    said = spine.put(REGISTRAR, spine.seal(REGISTRAR, statement))[0]
    assert refusal(said) == {("POSSESSION_NOT_PROVEN", "signatures")}
    said = spine.put(REGISTRAR, spine.seal(REGISTRAR, statement, FileSigner.generate(ED25519)))[0]
    assert refusal(said) == {("POSSESSION_NOT_PROVEN", "signatures")}


@pytest.mark.parametrize("suite", [0, envelope_pb2.SUITE_ECDSA_P256_SHA256, 99])
def test_key_of_a_suite_it_does_not_fit_is_refused(spine: Spine, suite: int) -> None:
    refused = refusal(spine.enrol("财政", FileSigner.generate(ED25519), suite=suite))
    assert refused == {("SUITE_NOT_SUPPORTED", "key_enrolment.public_key")}


def test_window_of_a_key_has_two_days_in_order(spine: Spine) -> None:
    key = FileSigner.generate(ED25519)
    assert refusal(spine.enrol("财政", key, valid_from="2026-02-30", valid_until="")) == {
        ("DATE_INVALID", "key_enrolment.valid_from"),
        ("FIELD_REQUIRED", "key_enrolment.valid_until"),
    }
    refused = refusal(spine.enrol("财政", key, valid_from="2026-02-02", valid_until="2026-02-01"))
    assert refused == {("DATES_OUT_OF_ORDER", "key_enrolment.valid_until")}
    placed(spine.enrol("财政", key, valid_from="2026-02-02", valid_until="2026-02-02"))


def test_key_is_revoked_once_and_for_a_reason(spine: Spine) -> None:
    unknown = pb.KeyRevocation(keyid="00" * 32)
    assert refusal(spine.say(REGISTRAR, key_revocation=unknown)) == {
        ("KEY_UNKNOWN", "key_revocation.keyid"),
        ("FIELD_REQUIRED", "key_revocation.reason"),
    }
    key = FileSigner.generate(ED25519)
    placed(spine.enrol("财政", key))
    revocation = pb.KeyRevocation(keyid=key.keyid, reason=99)  # type: ignore[arg-type]
    said = spine.say(REGISTRAR, key_revocation=revocation)
    assert refusal(said) == {("FIELD_INVALID", "key_revocation.reason")}
    revocation.reason = pb.KEY_REVOCATION_REASON_RETIRED
    placed(spine.say(REGISTRAR, key_revocation=revocation))
    said = spine.say(REGISTRAR, key_revocation=revocation)
    assert refusal(said) == {("KEY_REVOKED", "key_revocation.keyid")}


# --- the last registrar ---------------------------------------------------------------------------


def only_an_official_registers(spine: Spine) -> None:
    """Hands the operator's seal over to one official with the registrar's role."""
    registrar = official(spine, REGISTRAR, "001", pb.OFFICIAL_ROLE_REGISTRAR)
    placed(spine.say(REGISTRAR, official_registration=registrar))
    seal, key = spine.signers[REGISTRAR], FileSigner.generate(ED25519)
    placed(spine.enrol(REGISTRAR, key, official_id="001"))
    spine.signers[REGISTRAR] = key
    revocation = pb.KeyRevocation(keyid=seal.keyid, reason=pb.KEY_REVOCATION_REASON_RETIRED)
    placed(spine.say(REGISTRAR, key_revocation=revocation))


def test_last_key_that_can_change_the_directory_is_not_revoked(founded: Spine) -> None:
    own = pb.KeyRevocation(keyid=founded.signers[REGISTRAR].keyid, reason=pb.KEY_REVOCATION_REASON_RETIRED)
    said = founded.say(REGISTRAR, key_revocation=own)
    assert refusal(said) == {("LAST_REGISTRAR_KEY", "key_revocation.keyid")}


def test_key_whose_window_is_over_does_not_count_as_one_that_can_change_the_directory(founded: Spine) -> None:
    seal = founded.signers[REGISTRAR]
    expired = FileSigner.generate(ED25519)
    placed(founded.enrol(REGISTRAR, expired, valid_until="2026-01-01"))
    revocation = pb.KeyRevocation(keyid=seal.keyid, reason=pb.KEY_REVOCATION_REASON_SUPERSEDED)
    said = founded.say(REGISTRAR, key_revocation=revocation)
    assert refusal(said) == {("LAST_REGISTRAR_KEY", "key_revocation.keyid")}


def test_last_registrar_is_neither_revoked_nor_given_another_role(founded: Spine) -> None:
    only_an_official_registers(founded)
    left = pb.OfficialRevocation(department=founded.code(REGISTRAR), official_id="001", reason="调离")
    said = founded.say(REGISTRAR, official_revocation=left)
    assert refusal(said) == {("LAST_REGISTRAR_KEY", "official_revocation.official_id")}
    demoted = official(founded, REGISTRAR, "001", pb.OFFICIAL_ROLE_REVIEWER)
    said = founded.say(REGISTRAR, official_registration=demoted)
    assert refusal(said) == {("LAST_REGISTRAR_KEY", "official_registration.roles")}


def test_official_elsewhere_with_the_number_of_the_last_registrar_may_leave(founded: Spine) -> None:
    only_an_official_registers(founded)
    placed(founded.say(REGISTRAR, official_registration=official(founded, "财政", "001")))
    left = pb.OfficialRevocation(department=founded.code("财政"), official_id="001", reason="调离")
    placed(founded.say(REGISTRAR, official_revocation=left))
