"""A candidate for a red list is publicised through the console, and not granted before its notice is over."""

from __future__ import annotations

import re
from html import unescape

from demo.departments import OPERATOR
from tests.registry_web.console_core.office import Office
from tests.registry_web.console_pages.forms import At
from tests.support.events import firm

DOCUMENT = {"document_number": "沧示信用〔2026〕3号", "document_day": "2026-10-20"}


def test_a_candidate_is_publicised_and_not_granted_before_the_notice_is_over(bureau: Office, at: At) -> None:
    registrar, code = at("registrar"), bureau.spine.code(OPERATOR.key)
    directory = registrar.get("/directory").text
    change = re.search(r'href="(/directory/act/register-department\?department=\d+)"', directory)
    assert change
    form = registrar.get(unescape(change[1]))
    assert code in form.text
    registration = {
        "code": code, "name": OPERATOR.office.name, "kinds": "dev_reform", "region": "130900",
        "categories": "E-60", "lists": "R-03",
    }  # fmt: skip
    changed = registrar.act("/directory/act/register-department", registration)
    assert changed.accepted, changed.text

    subject = firm(91)
    candidate = DOCUMENT | {
        "list": "R-03", "kind": "1", "name": subject.name, "paper": "1", "code": subject.identifier.value,
        "legal_basis": "国发〔2016〕33号", "publicised_from": "2026-11-23", "publicised_until": "2026-12-01",
    }  # fmt: skip
    assert "公示守信激励对象" in registrar.read("/red-lists")
    publicised = registrar.act("/red-lists/new", candidate)
    assert publicised.accepted, publicised.text
    listed = registrar.read("/red-lists?list=R-03")
    assert subject.name in listed
    assert "公示中" in listed
    grant = re.search(r"/red-lists/grant/\d+", registrar.get("/red-lists").text)
    assert grant
    early = registrar.act(
        grant[0], DOCUMENT | {"document_day": "2026-11-20", "from": "2026-11-23", "until": "2029-11-19"}
    )
    assert not early.accepted
    assert "公示" in early.text
    assert "公示守信激励对象" not in at("handler").read("/red-lists")
