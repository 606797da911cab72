"""Departments, officials and keys; statements; notices; red lists; the query log; the log's health."""

from __future__ import annotations

import re

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from registry.provenance.keys import FileSigner
from registry.v1.envelope_pb2 import SUITE_ED25519
from tests.registry_web.console_core.office import PIN, Office
from tests.registry_web.console_pages.forms import At, words
from tests.support.ban_cases import KEY
from tests.support.events import firm, penalty, person

HOSTILE = "<img src=x onerror=alert(1)>\"'&(示例)有限公司"


def number_of(at: At, name: str) -> str:
    """The number by which addresses name a department."""
    page = at("registrar").get("/directory").text
    found = re.search(rf"{re.escape(name)}.*?officials\?department=(\d+)", page, re.DOTALL)
    assert found
    return found[1]


def test_the_registrar_registers_and_ends_an_official_and_others_may_not(bureau: Office, at: At) -> None:
    finance = number_of(at, "财政局")
    registration = {
        "department": finance, "official_id": "B-77", "name": "示例新", "section": "办公室", "role1": "1",
    }  # fmt: skip
    assert at("handler").get("/directory/act/register-official").status_code == 403
    done = at("registrar").act("/directory/act/register-official", registration)
    assert done.accepted, done.text
    listed = at("registrar").read(f"/directory/officials?department={finance}")
    assert "B-77 示例新 办公室 经办人 在职" in listed
    ended = at("registrar").act(
        "/directory/act/revoke-official",
        {"department": finance, "official_id": "B-77", "reason": "调离"},
    )
    assert ended.accepted, ended.text
    assert "已终止" in at("registrar").read(f"/directory/officials?department={finance}")


def test_a_key_about_to_expire_is_marked_and_can_be_revoked(bureau: Office, at: At) -> None:
    signer = FileSigner.generate(SUITE_ED25519)
    bureau.spine.enrol(KEY, signer, official_id="B-11", valid_until="2026-12-20")
    page = at("handler").read("/directory/keys")
    assert "即将到期" in page
    assert page.index("即将到期") < page.index("在用")
    assert "2026-12-20" in at("handler").read("/")
    revoked = at("registrar").act("/directory/act/revoke-key", {"keyid": signer.keyid, "reason": "1"})
    assert revoked.accepted, revoked.text
    assert "已停用" in at("handler").read("/directory/keys")
    wrong = at("registrar").act(
        "/directory/act/enrol-key",
        {"department": number_of(at, "财政局"), "public_key": "no key", "valid_from": "2026-11-01",
         "valid_until": "2027-11-01"},
    )  # fmt: skip
    assert wrong.page.status_code == 422
    assert "公钥不能读取" in wrong.text


def test_a_stolen_key_is_in_doubt_from_any_position_of_a_large_log(bureau: Office, at: At) -> None:
    signer = FileSigner.generate(SUITE_ED25519)
    bureau.spine.enrol(KEY, signer, official_id="B-11", valid_until="2027-12-20")
    form = {"keyid": signer.keyid, "reason": "3", "suspect_from": "12345678"}
    assert 'pattern="[0-9]{1,18}"' in at("registrar").get("/directory/act/revoke-key").text
    revoked = at("registrar").act("/directory/act/revoke-key", form)
    assert revoked.accepted, revoked.text
    assert "泄露" in at("handler").read("/directory/keys")


def test_a_new_key_is_enrolled_with_its_holder_present(bureau: Office, at: At) -> None:
    signer = FileSigner.generate(SUITE_ED25519)
    bureau.ring.add(signer, bureau.spine.code(KEY), "B-22", PIN)
    pem = load_der_public_key(signer.public_key).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    form = {
        "department": number_of(at, "财政局"), "official_id": "B-22", "public_key": pem.decode(),
        "valid_from": "2026-11-01", "valid_until": "2027-11-01",
    }  # fmt: skip
    alone = at("registrar").act("/directory/act/enrol-key", form)
    assert not alone.accepted
    enrolled = at("registrar").act("/directory/act/enrol-key", form, holder_pin=PIN)
    assert enrolled.accepted, enrolled.text
    assert "2027-11-01" in at("registrar").read("/directory/keys?department=")


def test_hostile_names_are_text_on_every_page(bureau: Office, at: At) -> None:
    subject = firm(61)
    subject.name = HOSTILE
    bureau.spine.say(KEY, "P-H", event=penalty(KEY, subject, "2026-03-02"))
    for path in ("/statements", "/lookup"):
        page = at("handler").get(path)
        assert "<img src=x" not in page.text
    listing = at("handler").get("/statements")
    assert "&lt;img src=x onerror=alert(1)&gt;" in listing.text
    position = re.search(r"/statements/at/(\d+)", listing.text)
    assert position
    one = at("handler").get(f"/statements/at/{position[1]}")
    assert "<img src=x" not in one.text
    assert "onerror" in one.text


def test_a_statement_about_a_person_is_masked(bureau: Office, at: At) -> None:
    someone = person(62)
    bureau.spine.say(KEY, "P-M", event=penalty(KEY, someone, "2026-03-03"))
    listing = at("handler").get("/statements")
    assert someone.identifier.value not in listing.text
    position = re.search(r"/statements/at/(\d+)", listing.text)
    assert position
    assert someone.identifier.value not in at("handler").get(f"/statements/at/{position[1]}").text


def test_notices_are_acknowledged(bureau: Office, at: At) -> None:
    bureau.bans.walk("N-1", firm(63), until="ban_served", number="沧示财罚〔2026〕63号")
    before = at("handler").get("/notices")
    ids = re.findall(r'name="notice" value="([^"]+)"', before.text)
    assert ids
    assert at("handler").post("/notices", {"notice": ids}).status_code == 303
    assert not re.findall(r'name="notice" value="([^"]+)"', at("handler").get("/notices").text)
    assert "已签收" in at("handler").read("/notices?all=1")


def test_the_query_log_takes_a_reason_and_the_number_stands_in_no_address(bureau: Office, at: At) -> None:
    number = person(64).identifier.value
    bureau.spine.say(KEY, "P-Q", event=penalty(KEY, person(64), "2026-03-04"))
    question = {
        "what": "check", "paper": "2", "code": number, "domain": "5", "role": "1", "reference": "ZC-64",
        "reason": "核对供应商",
    }  # fmt: skip
    answered = at("handler").post("/lookup", question)
    assert answered.status_code == 200
    assert number not in re.sub(r'<input[^>]*name="code"[^>]*>', "", answered.text)
    auditor = at("auditor")
    assert auditor.post("/audit/queries", {"reason": ""}).status_code == 400
    page = auditor.post("/audit/queries", {"reason": "检查", "paper": "2", "number": number})
    assert "ZC-64" in words(page)
    assert "核对供应商" in words(page)
    assert str(page.url).endswith("/audit/queries")
    other = auditor.post(
        "/audit/queries", {"reason": "检查", "paper": "2", "number": person(65).identifier.value}
    )
    assert "没有这样的查询" in words(other)
    assert at("registrar").get("/audit/queries").status_code == 403


def test_a_receipt_comes_as_a_file_and_as_a_page(bureau: Office, at: At) -> None:
    question = {
        "what": "check", "paper": "1", "code": firm(63).identifier.value, "domain": "5", "role": "1",
        "reference": "ZC-63", "reason": "核对", "receipt": "1",
    }  # fmt: skip
    answered = at("handler").post("/lookup", question)
    held = re.search(r'name="held" value="([^"]+)"', answered.text)
    assert held, words(answered)
    file = at("handler").post("/lookup/receipt", {"held": held[1], "as": "file"}, at="/lookup")
    assert file.headers["content-type"] == "application/octet-stream"
    made = at("handler").post("/lookup/receipt", {"held": held[1], "as": "pdf"}, at="/lookup")
    assert made.content.startswith(b"%PDF")
    broken = at("handler").post("/lookup/receipt", {"held": "@@", "as": "pdf"}, at="/lookup")
    assert broken.status_code == 400
    explained = at("handler").post("/lookup", question | {"what": "explain"})
    assert "计入" in words(explained)
    record = at("handler").post("/lookup", question | {"what": "record"})
    assert "沧示财罚〔2026〕63号" in words(record)


def test_the_logs_health_says_how_fresh_each_source_is(bureau: Office, at: At) -> None:
    page = at("auditor").read("/audit/health")
    assert "政府采购严重违法失信行为记录名单" in page
    assert "未接入" in page
    assert "credit.example/test" in page


def test_a_wrong_pin_signs_nothing(bureau: Office, at: At) -> None:
    registration = {
        "department": number_of(at, "财政局"), "official_id": "B-78", "name": "示例错", "section": "办公室",
        "role1": "1",
    }  # fmt: skip
    outcome = at("registrar").act("/directory/act/register-official", registration, pin=PIN + "x")
    assert not outcome.accepted
    assert "B-78" not in at("registrar").read("/directory/officials?department=")
