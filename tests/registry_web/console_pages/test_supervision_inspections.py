"""The supervision log at the console: two officials, one visit, its publication, what was ordered."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest

from registry.v1.evidence_service_pb2 import GetEvidenceRequest
from registry.v1.evidence_service_pb2_grpc import EvidenceServiceStub
from registry_web.console.pages.evidence_fields import LONGEST
from tests.registry_web.console_core import office as core
from tests.registry_web.console_core.office import Office, csrf_of, office, own
from tests.registry_web.console_pages.forms import At, Clerk, words
from tests.registry_web.two_inspectors import SECOND, STRANGER, inspectors
from tests.support.events import firm
from tests.support.visits import Bureau

LIST = "/supervision/inspections"
PICTURE = b"\xff\xd8 a picture"
FOUND: dict[str, Any] = {
    "result_5": "1",
    "rectify_by": "2030-01-05",
    "item_1": "后厨卫生",
    "fact_1": "地面积水",
}


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with office(tmp_path_factory.mktemp("log")) as made:
        yield made


@pytest.fixture(scope="module")
def pair(bureau: Office) -> Bureau:
    return inspectors(bureau)


def filled(number: str, **changes: Any) -> dict[str, Any]:
    subject = firm(8600)
    return {
        "number": number, "name": subject.name, "code": subject.identifier.value, "kind": "1",
        "matter": "SP-1", "cause": "5", "began": "2026-11-20 09:00", "ended": "2026-11-20 10:30",
        "place": "新华区示例街8号", "region": "130902", "manner": "1", "certificate": "冀执法-0101",
        "second": SECOND, "second_certificate": "冀执法-0102", "do": "sign",
    } | FOUND | changes  # fmt: skip


def both_sign(at: At, fields: dict[str, Any], files: dict[str, bytes] | None = None) -> str:
    """Fills in a visit and has it signed by both; what the last page says."""
    first = at("handler").act(f"{LIST}/new", fields, files or {"evidence": PICTURE})
    assert first.signed is not None, first.text
    assert "等待另一名人员共同签名" in first.text
    place = first.page.url.path
    second = at("partner")
    page = second.get(place)
    given = {"csrf": csrf_of(page), "digest": core.hidden(page, "digest"), "pin": core.PIN, "answer": ""}
    second.client.post(place, data=given, headers=own(second.office.url))
    return words(second.get(place))


def one(clerk: Clerk, number: str) -> str:
    """Where an inspection is shown."""
    page = clerk.get(LIST)
    before = page.text.partition(f">{number}<")[0]
    return before.rpartition('href="')[2].partition('"')[0]


def test_a_visit_is_filled_in_signed_by_both_and_stands_in_the_log(pair: Bureau, at: At) -> None:
    outside = {"item_2": "安全出口", "fact_2": "堵塞", "outside_2": "1"}
    assert "已收下并记入日志" in both_sign(at, filled("JC-W1", **outside))
    handler = at("handler")
    place = one(handler, "JC-W1")
    page = handler.read(place)
    for said in ("地面积水", "新华区示例街8号", "冀执法-0102", "B-11、B-12", "告知有关部门", "公示检查结果"):
        assert said in page
    assert "有超出职责的发现" in handler.read(LIST)
    kept = pair.file("JC-W1").acts[0]
    assert list(kept.official_ids) == ["B-11", SECOND]
    assert kept.outside_findings == 1
    assert at("auditor").get(place).status_code == 200
    assert "地面积水" not in at("auditor").read(place)


def test_files_go_to_the_evidence_store_and_their_digests_into_the_record(
    bureau: Office, pair: Bureau, at: At
) -> None:
    picture = PICTURE + b" of another place"
    assert "已收下并记入日志" in both_sign(at, filled("JC-W2"), {"evidence": picture})
    stub = EvidenceServiceStub(bureau.served.channel(bureau.served.department("财政")))
    request = GetEvidenceRequest(sha256=sha256(picture).digest())
    held = stub.GetEvidence(request, timeout=20).evidence
    assert (held.size, held.complete) == (len(picture), True)
    assert [(each.file.number, each.title) for each in held.labels] == [("JC-W2", "evidence.txt")]
    page = at("handler").read(one(at("handler"), "JC-W2"))
    assert sha256(picture).hexdigest() in page


def test_a_form_with_faults_comes_back_with_its_evidence_and_says_what_is_wrong(pair: Bureau, at: At) -> None:
    wrong = filled("JC-W3", began="gestern", second="", result_5="", item_1="", fact_1="")
    page = at("handler").post(f"{LIST}/new", wrong, {"evidence": PICTURE})
    assert page.status_code == 400
    said = words(page)
    for each in ("应为北京时间", "至少选一项", "没有填写", "已收"):
        assert each in said
    kept = core.hidden(page, "evidence.held")
    again = at("handler").post(f"{LIST}/new", filled("JC-W3") | {"evidence.held": kept})
    assert again.status_code == 303
    assert sha256(PICTURE).hexdigest() in at("handler").get(again.headers["location"]).text


def test_a_held_line_that_says_something_else_is_left_out(pair: Bureau, at: At) -> None:
    given = filled("JC-W4") | {"evidence.held": "<script> 1 text/html x"}
    page = at("handler").post(f"{LIST}/new", given)
    assert page.status_code == 303
    assert "script>" not in words(at("handler").get(page.headers["location"]))


def test_a_number_that_is_none_brings_the_form_back_with_what_was_written(pair: Bureau, at: At) -> None:
    page = at("handler").post(f"{LIST}/new", filled("JC/W5"), {"evidence": PICTURE})
    assert page.status_code == 400
    assert "重新选择文件" in words(page)
    assert "地面积水" in page.text


@pytest.mark.parametrize("name", ["kind", "cause", "manner"])
def test_a_choice_that_is_not_on_the_list_is_a_fault_and_no_failure(pair: Bureau, at: At, name: str) -> None:
    page = at("handler").post(f"{LIST}/new", filled("JC-W5", **{name: "99999999999999"}))
    assert page.status_code == 400
    assert "请从列出的选项中选择" in words(page)


def test_what_is_too_large_is_said_to_be(pair: Bureau, at: At) -> None:
    page = at("handler").post(f"{LIST}/new", filled("JC-W5"), {"evidence": b"x" * (LONGEST + 1)})
    assert page.status_code == 400
    assert "20MB" in words(page)


def test_the_other_is_chosen_among_those_who_handle(pair: Bureau, at: At) -> None:
    page = at("handler").get(f"{LIST}/new").text
    choices = page.partition('id="second"')[2].partition("</select>")[0]
    assert f'value="{SECOND}"' in choices
    assert f'value="{STRANGER}"' in choices
    assert 'value="B-11"' not in choices
    assert 'value="B-21"' not in choices
    assert at("lawyer").get(f"{LIST}/new").status_code == 403
    assert at("auditor").get(f"{LIST}/new").status_code == 403


def test_a_refusal_of_the_registry_is_told_to_both(pair: Bureau, at: At) -> None:
    assert "没有已备案的监管制度" in both_sign(at, filled("JC-W6", matter="SP-2"))
    page = at("handler").get("/acts").text
    assert "被退回" in page


def test_a_result_is_published_and_what_was_ordered_is_checked(pair: Bureau, at: At) -> None:
    both_sign(at, filled("JC-W7"))
    handler = at("handler")
    place = one(handler, "JC-W7")
    assert handler.act(f"{place}/publish", {"place": "https://cz.example/7", "on": "2026-11-23"}).accepted
    assert handler.get(f"{place}/publish").status_code == 409
    again = {"sufficient": "no", "rectify_by": "2030-02-01", "on": "2026-11-23"}
    assert handler.act(f"{place}/rectify", again, {"evidence": PICTURE}).accepted
    assert "2030-02-01" in handler.read(LIST)
    assert handler.act(f"{place}/rectify", {"sufficient": "yes", "on": "2026-11-23"}).accepted
    assert handler.get(f"{place}/rectify").status_code == 409
    page = handler.read(place)
    for said in ("检查结果公示", "https://cz.example/7", "整改复查", "跟踪检查"):
        assert said in page


def test_what_follows_an_inspection_is_asked_for_with_its_number(pair: Bureau, at: At) -> None:
    both_sign(at, filled("JC-W8"))
    page = at("handler").get(one(at("handler"), "JC-W8")).text
    assert f"{LIST}/new?cause=6&amp;source=JC-W8&amp;matter=SP-1" in page
    form = at("handler").get(f"{LIST}/new?cause=6&source=JC-W8&matter=SP-1").text
    assert 'value="JC-W8"' in form
    given = filled("JC-W9", cause="6", source="JC-W8", result_5="", result_1="1", rectify_by="")
    given |= {"item_1": "", "fact_1": ""}
    assert "已收下并记入日志" in both_sign(at, given)
    assert pair.file("JC-W9").acts[0].linked.number == "JC-W8"


def test_there_is_no_inspection_that_there_is_not(pair: Bureau, at: At) -> None:
    place = one(at("handler"), "JC-W1").rpartition("/")[0]
    assert at("handler").get(f"{place}/JC-none").status_code == 404
