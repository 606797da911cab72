"""Acts whose signing asks for a second factor, and enrolments, which the new key's holder signs too."""

from __future__ import annotations

import pytest

from registry.provenance.keys import FileSigner
from registry.v1 import statement_pb2 as pb
from registry.v1.envelope_pb2 import SUITE_ED25519
from registry_web.console.accounts import Identity
from registry_web.signer.key_ring import HeldKey
from tests.registry_web.console_core.acting import act_at, confirm, propose
from tests.registry_web.console_core.authenticator import Authenticator
from tests.registry_web.console_core.office import PIN, Office, hidden
from tests.support.events import firm


@pytest.fixture
def reviewer(bureau: Office) -> Authenticator:
    held = Authenticator(bureau.url)
    for key in bureau.ring.of_official(bureau.spine.code("财政"), "B-11"):
        bureau.ring.bind(key.keyid, [held.credential])
    return held


def draft(bureau: Office, case: str, number: int) -> pb.BanDraft:
    bureau.bans.subjects[case] = firm(number)
    body: pb.BanDraft = bureau.bans.body("ban_draft", case)
    return body


def test_the_page_asks_the_second_factor_for_the_digest_that_it_shows(
    bureau: Office, reviewer: Authenticator
) -> None:
    body = draft(bureau, "F-1", 5001)
    with bureau.signed_in("handler") as client:
        place = act_at(bureau, client, "ban_draft", body)
        digest = bytes.fromhex(hidden(client.get(place), "digest"))
        refused = confirm(bureau, client, place)
        assert "第二因素没有通过" in refused.text
        refused = confirm(bureau, client, place, answer=reviewer.get(bytes(32)))
        assert "第二因素没有通过" in refused.text
        answer = reviewer.get(digest)
        assert confirm(bureau, client, place, answer=answer).status_code == 303
        assert "登记系统已收下" in client.get(place).text
        # The assertion over that act signs no other.
        other = act_at(bureau, client, "ban_draft", draft(bureau, "F-2", 5002))
        assert "第二因素没有通过" in confirm(bureau, client, other, answer=answer).text


def new_key(bureau: Office, official_id: str) -> HeldKey:
    signer = FileSigner.generate(SUITE_ED25519)
    return bureau.ring.add(signer, bureau.spine.code("财政"), official_id, PIN)


def enrolment(held: HeldKey, official_id: str) -> pb.KeyEnrolment:
    return pb.KeyEnrolment(
        department=held.owner.department,
        official_id=official_id,
        suite=held.suite,
        public_key=held.owner.public_key,
        valid_from="2026-01-01",
        valid_until="2028-12-31",
    )


def test_the_registrar_appoints_an_official_and_enrols_his_key_with_him(bureau: Office) -> None:
    code = bureau.spine.code("财政")
    appointed = pb.OfficialRegistration(
        official_id="B-77",
        department=code,
        name="示例新人",
        section="办公室",
        roles=[pb.OFFICIAL_ROLE_SUBMITTER],
    )
    held = new_key(bureau, "B-77")
    with bureau.signed_in("registrar") as client:
        place = act_at(bureau, client, "official_registration", appointed)
        confirm(bureau, client, place)
        assert "登记系统已收下" in client.get(place).text, client.get(place).text
        place = act_at(bureau, client, "key_enrolment", enrolment(held, "B-77"))
        page = client.get(place)
        assert "新密钥持有人的签名口令" in page.text
        assert held.keyid in page.text
        assert confirm(bureau, client, place, holder_pin="不是这个口令").status_code == 422
        confirm(bureau, client, place, holder_pin=PIN)
        assert "登记系统已收下" in client.get(place).text, client.get(place).text


def test_a_session_alone_tries_nobody_elses_pin(bureau: Office) -> None:
    held = new_key(bureau, "B-79")
    with bureau.signed_in("registrar") as client:
        place = act_at(bureau, client, "key_enrolment", enrolment(held, "B-79"))
        for _ in range(2):
            assert (
                confirm(bureau, client, place, pin="不是这个口令", holder_pin="也不是这个").status_code == 422
            )
    row = bureau.ring.database.row("SELECT failures FROM keys WHERE keyid = ?", held.keyid)
    assert row is not None
    assert row["failures"] == 0


def test_a_key_that_the_component_does_not_hold_is_not_enrolled_here(bureau: Office) -> None:
    elsewhere = FileSigner.generate(SUITE_ED25519)
    body = pb.KeyEnrolment(
        department=bureau.spine.code("财政"),
        suite=elsewhere.suite,
        public_key=elsewhere.public_key,
        valid_from="2026-01-01",
        valid_until="2028-12-31",
    )
    with bureau.signed_in("registrar") as client:
        answer = propose(bureau, client, "key_enrolment", body)
        assert answer.status_code == 409 or "不在签名组件中" in client.get(answer.headers["location"]).text


def test_a_key_that_is_not_enrolled_signs_nothing(bureau: Office) -> None:
    code = bureau.spine.code("财政")
    bureau.accounts.add("unenrolled", "示例B-78", Identity("department", code, "B-78"))
    new_key(bureau, "B-78")
    with bureau.signed_in("unenrolled") as client:
        answer = propose(bureau, client, "ban_draft", draft(bureau, "F-3", 5003))
    assert answer.status_code == 409
    assert "没有登记" in answer.text


def test_the_signature_of_the_registry_is_over_what_was_shown(bureau: Office) -> None:
    with bureau.signed_in("chief") as client:
        place = act_at(bureau, client, "ban_draft", draft(bureau, "F-4", 5004))
        digest = hidden(client.get(place), "digest")
        confirm(bureau, client, place)
        page = client.get("/me")
    assert digest in page.text  # As the signing component itself has noted it.
