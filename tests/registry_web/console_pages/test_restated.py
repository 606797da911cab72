"""What is registered again as it was before is registered again, and not told as done long ago."""

from __future__ import annotations

import re

from tests.registry_web.console_core.office import Office, csrf_of, own
from tests.registry_web.console_pages.forms import At
from tests.registry_web.console_pages.test_registers import number_of
from tests.registry_web.console_pages.test_supervision_matters import MATTER
from tests.support.ban_cases import KEY

REGISTER, REVOKE = "/directory/act/register-official", "/directory/act/revoke-official"


def test_a_role_that_was_given_is_taken_back(at: At) -> None:
    registrar, finance = at("registrar"), number_of(at, "财政局")
    plain = {
        "department": finance, "official_id": "B-90", "name": "示例反复", "section": "办公室", "role1": "1",
    }  # fmt: skip
    first, wider = registrar.act(REGISTER, plain), registrar.act(REGISTER, plain | {"role4": "1"})
    again = registrar.act(REGISTER, plain)
    assert again.accepted, again.text
    assert first.position < wider.position < again.position
    listed = f"/directory/officials?department={finance}"
    assert "B-90 示例反复 办公室 经办人 在职" in registrar.read(listed)
    repeated = registrar.act(REGISTER, plain)
    assert repeated.position <= again.position, "what stands already is not recorded once more"

    gone = {"department": finance, "official_id": "B-90", "reason": "调离"}
    ended, back = registrar.act(REVOKE, gone), registrar.act(REGISTER, plain)
    assert ended.accepted, ended.text
    assert back.accepted, back.text
    assert back.position > ended.position
    assert "B-90 示例反复 办公室 经办人 在职" in registrar.read(listed)
    ended_again = registrar.act(REVOKE, gone)
    assert ended_again.position > back.position
    assert "B-90 示例反复 办公室 经办人 已终止" in registrar.read(listed)
    assert registrar.act(REVOKE, gone).position == ended_again.position


def test_a_mandate_that_was_widened_is_narrowed_again(bureau: Office, at: At) -> None:
    registrar, code = at("registrar"), bureau.spine.code(KEY)

    def state(measures: str) -> int:
        path = f"/directory/act/register-department?department={number_of(at, '财政局')}"
        page = registrar.get(path).text
        known = dict(re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>([^<]*)</textarea>', page))
        known |= dict(re.findall(r'<input type="text"[^>]* name="([^"]+)"[^>]* value="([^"]*)"', page))
        assert known["code"] == code
        done = registrar.act(path, known | {"measures": measures})
        assert done.accepted, done.text
        return done.position

    narrow, wide = "M-PRO-01", "M-PRO-01\nM-PRO-02\nM-PRO-03\nM-FIN-05"
    positions = [state(narrow), state(wide), state(narrow), state(wide)]
    assert positions == sorted(set(positions))


def test_a_form_from_before_a_change_does_not_undo_it(bureau: Office, at: At) -> None:
    registrar = at("registrar")
    stale = f"/directory/act/register-department?department={number_of(at, '财政局')}"
    page = registrar.get(stale)
    assert page.status_code == 200
    known = dict(re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>([^<]*)</textarea>', page.text))
    known |= dict(re.findall(r'<input type="text"[^>]* name="([^"]+)"[^>]* value="([^"]*)"', page.text))
    changed = registrar.act(stale, known | {"measures": "M-PRO-01\nM-PRO-02"})
    back = registrar.act(stale, known)
    assert changed.accepted, changed.text
    assert not back.accepted
    assert back.page.status_code == 409
    assert "已经变更" in back.text
    fresh = f"/directory/act/register-department?department={number_of(at, '财政局')}"
    assert registrar.act(fresh, known).accepted, "the bureau is one for all tests"


def test_a_matter_is_given_its_former_name_back(at: At) -> None:
    handler, named = at("handler"), MATTER | {"number": "SP-R1"}
    assert handler.act("/supervision/matters/new", named).accepted
    one = f"/supervision/matters/at/{number_of(at, '财政局')}/SP-R1"
    for name in ("改名的事项", str(MATTER["name"]), "改名的事项"):
        done = handler.act(f"{one}/change", named | {"name": name})
        assert done.accepted, done.text
        assert name in handler.read(one)


def test_a_form_of_a_matter_from_before_a_change_does_not_undo_it(at: At) -> None:
    handler, named = at("handler"), MATTER | {"number": "SP-R2"}
    assert handler.act("/supervision/matters/new", named).accepted
    one = f"/supervision/matters/at/{number_of(at, '财政局')}/SP-R2"

    def form() -> str:
        found = re.search(rf'href="({one}/change\?stands=[0-9]+)"', handler.get(one).text)
        assert found, "the page leads to the form of what stands"
        return found[1]

    stale = form()
    assert handler.act(stale, named | {"name": "改名的事项"}).accepted
    back = handler.client.post(
        stale, data=named | {"csrf": csrf_of(handler.get(one))}, headers=own(handler.office.url)
    )
    assert (back.status_code, "已经变更" in back.text) == (409, True)
    assert "改名的事项" in handler.read(one)
    assert handler.act(form(), named).accepted
