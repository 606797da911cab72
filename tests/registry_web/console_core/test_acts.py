from __future__ import annotations

import json
import re
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from registry.provenance.envelope import PAYLOAD_TYPE
from registry.provenance.tlog_proof import TlogProof
from registry.v1 import statement_pb2 as pb
from registry.v1.envelope_pb2 import Envelope
from registry_web.console.accounts import Identity
from registry_web.console.act_store import KEPT_S, OPEN_S, Act, ActStore
from registry_web.signer.permission import ToSign
from tests.registry_web.console_core.acting import act_at, confirm, propose, stored
from tests.registry_web.console_core.office import PIN, Office, csrf_of, hidden, own
from tests.support.events import firm

CASES = iter(range(1, 10_000))


def new_case(bureau: Office) -> str:
    case = f"K-{next(CASES)}"
    bureau.bans.subjects[case] = firm(next(CASES) + 4000)
    return case


def draft(bureau: Office, case: str) -> pb.BanDraft:
    body: pb.BanDraft = bureau.bans.body("ban_draft", case)
    return body


def test_an_act_is_shown_in_full_signed_once_and_answered_with_its_place_in_the_log(bureau: Office) -> None:
    body = draft(bureau, new_case(bureau))
    with bureau.signed_in("handler") as client:
        place = act_at(bureau, client, "ban_draft", body)
        page = client.get(place)
        for said in (
            body.case_number,
            body.facts,
            body.subject.name,
            "M-PRO-01",
            "24",
            "政府采购法 第七十七条",
        ):
            assert said in page.text
        kept = stored(bureau.database, place)
        assert hidden(page, "digest") == ToSign(PAYLOAD_TYPE, kept["payload"]).digest.hex()
        before = bureau.spine.position
        assert confirm(bureau, client, place).headers["location"] == place
        done = client.get(place)
        assert "登记系统已收下并记入日志" in done.text
        assert bureau.spine.position == before + 1
        assert str(before + 1) in done.text
        proof = client.get(f"{place}/proof")
        assert TlogProof.parse(proof.text).index == before + 1


def test_nothing_that_is_signed_is_left_out_of_the_page(bureau: Office) -> None:
    body = draft(bureau, new_case(bureau))
    body.facts = "不\u202e撤回\u2066，\u200b第一条\u2028\n第二条"
    with bureau.signed_in("handler") as client:
        place = act_at(bureau, client, "ban_draft", body)
        page = client.get(place).text
        assert "不⟦U+202E⟧撤回⟦U+2066⟧，⟦U+200B⟧第一条⟦U+2028⟧\n第二条" in page
        confirm(bureau, client, place)
        refused = client.get(place).text
    assert "登记系统退回，没有记录" in refused
    assert "这里含有看不见的字符 U+202E" in refused
    assert "不⟦U+202E⟧撤回⟦U+2066⟧" in refused


def test_what_the_registry_refuses_is_told_with_every_fault_and_its_article(bureau: Office) -> None:
    case = new_case(bureau)
    bureau.bans.walk(case, bureau.bans.subjects[case], until="ban_draft")
    review = pb.BanReview(case_number=case, lawful=True, opinion="", on="2026-10-14")
    with bureau.signed_in("handler") as client:
        place = act_at(bureau, client, "ban_review", review)
        confirm(bureau, client, place)
        page = client.get(place)
    assert "登记系统退回，没有记录" in page.text
    assert len(re.findall(r"<li>[^<]*第[一二三四五六七八九十]+条", page.text)) >= 1
    assert bureau.journal("act refused")[0]["login"] == "handler"


def test_a_refused_act_may_be_proposed_again(bureau: Office) -> None:
    review = pb.BanReview(case_number="none-such", lawful=True, opinion="同意", on="2026-10-14")
    with bureau.signed_in("lawyer") as client:
        place = act_at(bureau, client, "ban_review", review)
        confirm(bureau, client, place)
        assert act_at(bureau, client, "ban_review", review) != place


def test_the_same_content_proposed_again_is_the_same_act_and_recorded_once(bureau: Office) -> None:
    body = draft(bureau, new_case(bureau))
    with bureau.signed_in("handler") as client:
        place = act_at(bureau, client, "ban_draft", body)
        assert act_at(bureau, client, "ban_draft", body) == place
        confirm(bureau, client, place)
        before = bureau.spine.position
        assert act_at(bureau, client, "ban_draft", body) == place
        assert "登记系统已收下" in client.get(place).text
        assert bureau.spine.position == before


def test_a_double_click_signs_once(bureau: Office) -> None:
    body = draft(bureau, new_case(bureau))
    with bureau.signed_in("handler") as client:
        place = act_at(bureau, client, "ban_draft", body)
        page = client.get(place)
        given = {"csrf": csrf_of(page), "digest": hidden(page, "digest"), "pin": PIN}
        signed = len(bureau.journal("act signed"))
        before = bureau.spine.position
        with ThreadPoolExecutor(4) as threads:
            answers = list(
                threads.map(lambda _: client.post(place, data=given, headers=own(bureau.url)), range(4))
            )
        assert {answer.status_code for answer in answers} == {303}
        assert client.post(place, data=given, headers=own(bureau.url)).status_code == 303
    assert len(bureau.journal("act signed")) == signed + 1
    assert bureau.spine.position == before + 1


def test_nobody_sees_or_confirms_the_act_of_another(bureau: Office) -> None:
    body = draft(bureau, new_case(bureau))
    with bureau.signed_in("handler") as client, bureau.signed_in("chief") as other:
        place = act_at(bureau, client, "ban_draft", body)
        page = client.get(place)
        given = {"digest": hidden(page, "digest"), "pin": PIN, "csrf": csrf_of(other.get("/"))}
        assert other.get(place).status_code == 404
        assert other.post(place, data=given, headers=own(bureau.url)).status_code == 404
        assert other.get(f"{place}/proof").status_code == 404
    assert stored(bureau.database, place)["state"] == "proposed"


def test_another_session_of_the_same_official_does_not_confirm_it(bureau: Office) -> None:
    body = draft(bureau, new_case(bureau))
    with bureau.signed_in("handler") as client, bureau.signed_in("handler") as again:
        place = act_at(bureau, client, "ban_draft", body)
        assert confirm(bureau, again, place).status_code == 403
        assert stored(bureau.database, place)["state"] == "proposed"


def test_an_act_runs_out(bureau: Office) -> None:
    body = draft(bureau, new_case(bureau))
    with bureau.signed_in("handler") as client:
        place = act_at(bureau, client, "ban_draft", body)
        page = client.get(place)
        bureau.database.change("UPDATE acts SET created = created - ?", OPEN_S + 1)
        given = {"csrf": csrf_of(page), "digest": hidden(page, "digest"), "pin": PIN}
        client.post(place, data=given, headers=own(bureau.url))
        late = client.get(place)
        assert "没有签名，请返回重新提出" in late.text
        assert 'name="pin"' not in late.text
        assert stored(bureau.database, place)["state"] == "proposed"
        assert act_at(bureau, client, "ban_draft", body) != place


def test_an_act_that_was_tampered_with_in_the_file_is_not_signed(bureau: Office) -> None:
    body = draft(bureau, new_case(bureau))
    with bureau.signed_in("handler") as client:
        place = act_at(bureau, client, "ban_draft", body)
        page = client.get(place)
        held = stored(bureau.database, place)
        other = pb.Statement.FromString(held["payload"])
        other.ban_draft.proposal.measures[0].months = 12
        payload = other.SerializeToString(deterministic=True)
        bureau.database.change("UPDATE acts SET payload = ? WHERE id = ?", payload, held["id"])
        given = {"csrf": csrf_of(page), "digest": hidden(page, "digest"), "pin": PIN}
        assert client.post(place, data=given, headers=own(bureau.url)).status_code == 409
        # Nor where the page was read after the change: what was proposed had another digest.
        assert confirm(bureau, client, place).status_code == 409
    assert stored(bureau.database, place)["envelope"] is None


def test_a_signed_act_that_was_tampered_with_is_refused_by_the_registry(bureau: Office) -> None:
    body = draft(bureau, new_case(bureau))
    with bureau.signed_in("handler") as client:
        place = act_at(bureau, client, "ban_draft", body)
        confirm(bureau, client, place)
        held = stored(bureau.database, place)
        spoilt = held["envelope"].replace("提供虚假材料".encode(), "提供真实材料".encode())
        assert spoilt != held["envelope"]
        bureau.database.change(
            "UPDATE acts SET state = 'signed', outcome = NULL, envelope = ? WHERE id = ?", spoilt, held["id"]
        )
        before = bureau.spine.position
        client.post(f"{place}/submit", data={"csrf": csrf_of(client.get("/"))}, headers=own(bureau.url))
        assert "登记系统退回，没有记录" in client.get(place).text
        assert bureau.spine.position == before


def test_a_wrong_pin_signs_nothing_and_may_be_tried_again(bureau: Office) -> None:
    body = draft(bureau, new_case(bureau))
    with bureau.signed_in("handler") as client:
        place = act_at(bureau, client, "ban_draft", body)
        answer = confirm(bureau, client, place, pin="不是这个口令")
        assert answer.status_code == 422
        assert "签名口令不对, 还可以试4次" in answer.text
        assert stored(bureau.database, place)["state"] == "proposed"
        assert confirm(bureau, client, place).status_code == 303
        assert "登记系统已收下" in client.get(place).text


def test_what_was_signed_and_did_not_arrive_is_submitted_again_with_the_same_bytes(bureau: Office) -> None:
    body = draft(bureau, new_case(bureau))
    with bureau.signed_in("handler") as client:
        place = act_at(bureau, client, "ban_draft", body)
        confirm(bureau, client, place)
        bureau.database.change(  # As if the console had ended between signing and the answer.
            "UPDATE acts SET state = 'signed', outcome = NULL WHERE id = ?", place.rpartition("/")[2]
        )
        page = client.get(place)
        assert "再次提交是安全的" in page.text
        before = bureau.spine.position
        client.post(f"{place}/submit", data={"csrf": csrf_of(page)}, headers=own(bureau.url))
        assert "此前已经收下，没有重复记录" in client.get(place).text
        assert bureau.spine.position == before


def test_a_registry_that_is_away_loses_nothing(bureau: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes away after the signature and before the submission, and comes back."""
    body = draft(bureau, new_case(bureau))
    keep = ActStore.signed

    def signed(store: ActStore, act: Act, envelopes: Sequence[Envelope]) -> None:
        keep(store, act, envelopes)
        bureau.wire.stop()

    with bureau.signed_in("handler") as client:
        place = act_at(bureau, client, "ban_draft", body)
        monkeypatch.setattr(ActStore, "signed", signed)
        try:
            assert confirm(bureau, client, place).status_code == 303
            monkeypatch.undo()
            assert stored(bureau.database, place)["state"] == "signed"
            assert "登记系统没有应答" in client.get(place).text
        finally:
            bureau.wire.start()
        before = bureau.spine.position
        given_up = time.monotonic() + 20
        while (
            "登记系统已收下" not in (page := client.get(place)).text
        ):  # The connection comes back by itself.
            assert time.monotonic() < given_up, page.text
            client.post(f"{place}/submit", data={"csrf": csrf_of(page)}, headers=own(bureau.url))
        assert bureau.spine.position == before + 1


def test_an_act_left_while_signing_may_be_taken_up_after_a_while(bureau: Office) -> None:
    body = draft(bureau, new_case(bureau))
    with bureau.signed_in("handler") as client:
        place = act_at(bureau, client, "ban_draft", body)
        page = client.get(place)
        given = {"csrf": csrf_of(page), "digest": hidden(page, "digest"), "pin": PIN}
        act_id = place.rpartition("/")[2]
        bureau.database.change(
            "UPDATE acts SET state = 'signing', since = ? WHERE id = ?", int(bureau.now()), act_id
        )
        client.post(place, data=given, headers=own(bureau.url))
        assert stored(bureau.database, place)["state"] == "signing"
        assert "正在签名和提交" in client.get(place).text
        bureau.database.change("UPDATE acts SET since = since - 301 WHERE id = ?", act_id)
        client.post(place, data=given, headers=own(bureau.url))
        assert "登记系统已收下" in client.get(place).text


def test_dual_control_is_shown_to_whoever_has_taken_another_step(bureau: Office) -> None:
    body = draft(bureau, new_case(bureau))
    steps = [["法制审核", "B-21", "示例B-21"], ["立案拟定", "B-11", "示例B-11"]]
    with bureau.signed_in("handler") as client, bureau.signed_in("chief") as chief:
        shown = {"steps": steps, "effects": ["两年内不得参加政府采购"], "warnings": ["请核对期限"]}
        page = client.get(act_at(bureau, client, "ban_draft", body, shown=shown))
        assert "您已办理本案的其他步骤" in page.text
        assert "两年内不得参加政府采购" in page.text
        other = draft(bureau, new_case(bureau))
        page = chief.get(act_at(bureau, chief, "ban_draft", other, shown={"steps": steps}))
        assert "您没有办理过本案的其他步骤" in page.text


def test_hostile_content_is_text_on_the_page(bureau: Office) -> None:
    body = draft(bureau, new_case(bureau))
    body.facts = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    with bureau.signed_in("handler") as client:
        place = act_at(bureau, client, "ban_draft", body, title="<b>题</b>", back="//evil.example/")
        page = client.get(place)
    assert "<script>alert" not in page.text
    assert "<img src=x" not in page.text
    assert "<b>题" not in page.text
    assert "evil.example" not in page.text


def test_an_auditor_proposes_nothing(bureau: Office) -> None:
    with bureau.signed_in("auditor") as client:
        assert propose(bureau, client, "ban_draft", draft(bureau, new_case(bureau))).status_code == 403


def test_whoever_has_no_key_in_the_component_is_told_so(bureau: Office) -> None:
    identity = Identity("department", bureau.spine.code("财政"), "B-99")
    if bureau.accounts.find("keyless") is None:
        bureau.accounts.add("keyless", "示例B-99", identity)
    with bureau.signed_in("keyless") as client:
        answer = propose(bureau, client, "ban_draft", draft(bureau, new_case(bureau)))
    assert answer.status_code == 409
    assert "签名组件中没有您的密钥" in answer.text


def test_content_is_dropped_a_day_after_it_is_over(bureau: Office) -> None:
    body = draft(bureau, new_case(bureau))
    with bureau.signed_in("handler") as client:
        place = act_at(bureau, client, "ban_draft", body)
        confirm(bureau, client, place)
        bureau.database.change(
            "UPDATE acts SET since = since - ? WHERE id = ?", KEPT_S + 1, place.rpartition("/")[2]
        )
        act_at(bureau, client, "ban_draft", draft(bureau, new_case(bureau)))
        held = stored(bureau.database, place)
        assert (held["payload"], held["envelope"]) == (None, None)
        assert json.loads(held["outcome"])["accepted"]
        assert client.get(place).status_code == 200


@pytest.mark.parametrize("path", ["/acts/none", "/acts/none/proof", "/acts/none/faults.csv"])
def test_an_act_that_is_none_is_not_found(bureau: Office, path: str) -> None:
    with bureau.signed_in("handler") as client:
        assert client.get(path).status_code == 404
