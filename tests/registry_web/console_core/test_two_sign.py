"""An act that takes two: who signs first and who second, what each reads, what a race or an end leaves."""

from __future__ import annotations

import itertools
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from registry.provenance.envelope import PAYLOAD_TYPE
from registry.v1 import envelope_pb2
from registry.v1 import statement_pb2 as pb
from registry.v1 import supervision_pb2 as act
from registry_web.console.act_seconds import HALF_S
from registry_web.console.act_store import KEPT_S, OPEN_S, SIGNING_S, ActStore
from registry_web.console.database import MIGRATIONS, open_database
from registry_web.kept_file import Database
from registry_web.signer.permission import ToSign
from tests.registry_web.console_core.acting import act_at, confirm, propose, stored
from tests.registry_web.console_core.authenticator import Authenticator
from tests.registry_web.console_core.office import PIN, Office, csrf_of, hidden, own
from tests.registry_web.two_inspectors import SECOND, inspectors
from tests.support.events import firm
from tests.support.visits import Bureau

NUMBERS = itertools.count(1)


@pytest.fixture(scope="module")
def pair(bureau: Office) -> Bureau:
    """The bureau with matters and rules, and a second inspector with an account: ``partner``."""
    return inspectors(bureau)


@pytest.fixture
def here(bureau: Office) -> Office:
    """The bureau."""
    return bureau


def age(here: Office, place: str, seconds: int) -> None:
    """Lets time pass for one act: the registry takes no tokens of a clock that was put on."""
    act_id = place.rpartition("/")[2]
    moved = "UPDATE acts SET created = created - ?, since = since - ? WHERE id = ?"
    here.database.change(moved, seconds, seconds, act_id)
    moved = "UPDATE act_seconds SET expires = expires - ?, signed = signed - ? WHERE act = ?"
    here.database.change(moved, seconds, seconds, act_id)


def new_visit(pair: Bureau) -> act.Supervision:
    return act.Supervision(inspection=pair.visit(f"JC-{next(NUMBERS)}"))


def half(here: Office, pair: Bureau, visit: act.Supervision | None = None) -> str:
    """An act that the first has signed."""
    with here.signed_in("handler") as client:
        place = act_at(here, client, "supervision", visit or new_visit(pair), second=SECOND)
        answer = confirm(here, client, place)
        assert (answer.status_code, stored(here.database, place)["state"]) == (303, "half"), answer.text
    return place


def withdraw(here: Office, client: httpx.Client, place: str) -> httpx.Response:
    page = client.get("/acts")
    return client.post(f"{place}/withdraw", data={"csrf": csrf_of(page)}, headers=own(here.url))


def test_one_proposes_and_signs_the_other_reads_the_same_and_signs_and_it_is_submitted_once(
    here: Office, pair: Bureau
) -> None:
    visit = new_visit(pair)
    before = here.spine.position
    place = half(here, pair, visit)
    assert here.spine.position == before  # One signature alone goes nowhere.
    with here.signed_in("partner") as client:
        assert place in client.get("/acts").text
        assert "等我共同签名" in client.get("/acts").text
        page = client.get(place)
        for said in (visit.inspection.place, "后厨地面积水", "示例B-11", "示例B-12", "现场检查记录"):
            assert said in page.text
        assert confirm(here, client, place).status_code == 303
        assert "登记系统已收下" in client.get(place).text
        assert "等我共同签名" not in client.get("/acts").text
        assert place in client.get("/acts").text
    kept = pair.file(visit.inspection.number)
    assert list(kept.acts[0].official_ids) == ["B-11", SECOND]
    assert here.spine.position == before + 1
    with here.signed_in("handler") as client:
        assert "登记系统已收下" in client.get(place).text


def test_an_act_that_takes_two_is_not_proposed_without_the_other_nor_one_that_takes_one_with(
    here: Office, pair: Bureau
) -> None:
    with here.signed_in("handler") as client:
        assert propose(here, client, "supervision", new_visit(pair)).status_code == 422
        here.bans.subjects["K-two"] = firm(7300)
        draft = here.bans.body("ban_draft", "K-two")
        assert propose(here, client, "ban_draft", draft, second=SECOND).status_code == 422


@pytest.mark.parametrize("second", ["B-11", "B-99", "R-01"])
def test_the_other_is_another_official_of_the_department(here: Office, pair: Bureau, second: str) -> None:
    with here.signed_in("handler") as client:
        assert propose(here, client, "supervision", new_visit(pair), second=second).status_code == 422


@pytest.mark.parametrize("login", ["stranger", "lawyer", "registrar"])
def test_nobody_else_finds_it(here: Office, pair: Bureau, login: str) -> None:
    place = half(here, pair)
    with here.signed_in("partner") as partner, here.signed_in(login) as client:
        page = partner.get(place)
        assert client.get(place).status_code == 404
        given = {"csrf": csrf_of(client.get("/")), "digest": hidden(page, "digest"), "pin": PIN}
        assert client.post(place, data=given, headers=own(here.url)).status_code == 404
        assert withdraw(here, client, place).status_code == 404
    assert stored(here.database, place)["state"] == "half"


def test_the_other_does_not_find_it_before_the_first_has_signed(here: Office, pair: Bureau) -> None:
    with here.signed_in("handler") as client, here.signed_in("partner") as partner:
        place = act_at(here, client, "supervision", new_visit(pair), second=SECOND)
        assert partner.get(place).status_code == 404
        assert place not in partner.get("/acts").text


def test_nobody_signs_twice(here: Office, pair: Bureau) -> None:
    place = half(here, pair)
    with here.signed_in("handler") as client:
        page = client.get(place)
        assert 'name="pin"' not in page.text
        given = {"csrf": csrf_of(page), "digest": stored(here.database, place)["digest"], "pin": PIN}
        assert client.post(place, data=given, headers=own(here.url)).status_code == 303
    assert stored(here.database, place)["state"] == "half"


def test_a_wrong_pin_leaves_it_half_signed(here: Office, pair: Bureau) -> None:
    place = half(here, pair)
    with here.signed_in("partner") as client:
        assert confirm(here, client, place, pin="falsch-0000-nicht").status_code == 422
        assert stored(here.database, place)["state"] == "half"
        assert confirm(here, client, place).status_code == 303
    assert stored(here.database, place)["state"] == "done"


def test_the_first_takes_it_back_before_the_other_signs_and_not_after(here: Office, pair: Bureau) -> None:
    visit = new_visit(pair)
    place = half(here, pair, visit)
    with here.signed_in("handler") as client, here.signed_in("partner") as partner:
        page = partner.get(place)
        assert withdraw(here, partner, place).status_code == 403
        assert withdraw(here, client, place).status_code == 303
        assert "已收回" in client.get(place).text
        given = {"csrf": csrf_of(page), "digest": hidden(page, "digest"), "pin": PIN}
        partner.post(place, data=given, headers=own(here.url))
        assert stored(here.database, place)["state"] == "withdrawn"
        assert place not in partner.get("/acts").text
        again = half(here, pair, visit)  # The same content may be proposed anew.
        assert again != place
        assert confirm(here, partner, again).status_code == 303
        assert withdraw(here, client, again).status_code == 409
    row = here.database.row("SELECT signature FROM act_seconds WHERE act = ?", place.rpartition("/")[2])
    assert row is not None
    assert row["signature"] is None


def test_the_same_content_proposed_again_is_the_same_half_signed_act(here: Office, pair: Bureau) -> None:
    visit = new_visit(pair)
    place = half(here, pair, visit)
    age(here, place, OPEN_S + 60)
    with here.signed_in("handler") as client:
        assert act_at(here, client, "supervision", visit, second=SECOND) == place
        assert act_at(here, client, "supervision", visit, second="B-13") != place


def test_it_runs_out_after_seven_days(here: Office, pair: Bureau) -> None:
    place = half(here, pair)
    age(here, place, HALF_S - 60)
    with here.signed_in("partner") as client:
        page = client.get(place)
        given = {"csrf": csrf_of(page), "digest": hidden(page, "digest"), "pin": PIN}
        age(here, place, 61)
        client.post(place, data=given, headers=own(here.url))
        assert "已超过七日" in client.get(place).text
        assert place not in client.get("/acts").text
    assert stored(here.database, place)["state"] == "half"
    age(here, place, KEPT_S)
    with here.signed_in("handler") as client:
        act_at(here, client, "supervision", new_visit(pair), second=SECOND)
    row = here.database.row("SELECT * FROM act_seconds WHERE act = ?", place.rpartition("/")[2])
    assert stored(here.database, place)["payload"] is None
    assert row is not None
    assert row["signature"] is None


def test_altered_bytes_are_not_signed_by_the_other(here: Office, pair: Bureau) -> None:
    place = half(here, pair)
    kept = stored(here.database, place)
    statement = pb.Statement.FromString(kept["payload"])
    statement.supervision.inspection.place = "别处"
    payload = statement.SerializeToString(deterministic=True)
    with here.signed_in("partner") as client:
        page = client.get(place)
        here.database.change("UPDATE acts SET payload = ? WHERE id = ?", payload, kept["id"])
        given = {"csrf": csrf_of(page), "digest": hidden(page, "digest"), "pin": PIN}
        assert client.post(place, data=given, headers=own(here.url)).status_code == 409
        digest = ToSign(PAYLOAD_TYPE, payload).digest.hex()
        here.database.change("UPDATE acts SET digest = ? WHERE id = ?", digest, kept["id"])
        page = client.get(place)  # Even with a digest that fits: the first has signed something else.
        assert "签名与所示内容不符" in page.text
        assert 'name="pin"' not in page.text
        given["digest"] = digest
        assert client.post(place, data=given, headers=own(here.url)).status_code == 409
    assert stored(here.database, place)["state"] == "half"


def test_two_clicks_of_the_other_are_one_statement(here: Office, pair: Bureau) -> None:
    place, before = half(here, pair), here.spine.position
    with here.signed_in("partner") as client:
        page = client.get(place)
        given = {"csrf": csrf_of(page), "digest": hidden(page, "digest"), "pin": PIN}

        def click(_: int) -> int:
            return client.post(place, data=given, headers=own(here.url)).status_code

        with ThreadPoolExecutor(4) as crowd:
            assert set(crowd.map(click, range(4))) == {303}
    assert stored(here.database, place)["state"] == "done"
    assert here.spine.position == before + 1


def test_of_taking_back_and_signing_one_wins(here: Office, pair: Bureau) -> None:
    store = ActStore(here.database, here.now)
    for _ in range(10):
        found = store.find(half(here, pair).rpartition("/")[2])
        assert found is not None
        tries: list[Any] = [store.seconds.withdraw, store.seconds.claim]
        with ThreadPoolExecutor(2) as crowd:
            won = list(crowd.map(lambda each, act_id=found.act_id: each(act_id), tries))
        assert sorted(won) == [False, True]


def test_a_process_that_ended_while_the_other_signed_leaves_it_to_be_signed_again(
    here: Office, pair: Bureau
) -> None:
    place = half(here, pair)
    assert ActStore(here.database, here.now).seconds.claim(place.rpartition("/")[2])
    with here.signed_in("partner") as client:
        assert 'name="pin"' not in client.get(place).text  # Somebody may be signing it right now.
        age(here, place, SIGNING_S + 1)
        assert confirm(here, client, place).status_code == 303
    assert stored(here.database, place)["state"] == "done"


def test_what_both_have_signed_is_submitted_again_by_either_where_the_registry_was_away(
    here: Office, pair: Bureau
) -> None:
    place = half(here, pair)
    with here.signed_in("partner") as client:
        page = client.get(place)
        given = {"csrf": csrf_of(page), "digest": hidden(page, "digest"), "pin": PIN}
        here.wire.stop()
        try:
            client.post(place, data=given, headers=own(here.url))
        finally:
            here.wire.start()
    kept = stored(here.database, place)
    if kept["state"] == "half":  # The registry was asked for the key before, and not reached.
        with here.signed_in("partner") as client:
            assert confirm(here, client, place).status_code == 303
    else:
        envelope = envelope_pb2.Envelope.FromString(kept["envelope"])
        assert len(envelope.signatures) == 2
        time.sleep(0.5)
        with here.signed_in("handler") as client:
            data = {"csrf": csrf_of(client.get(place))}
            client.post(f"{place}/submit", data=data, headers=own(here.url))
    assert stored(here.database, place)["state"] == "done"


def test_a_file_of_the_release_before_is_brought_up_to_date(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("older") / "console.db"
    Database(path, MIGRATIONS[:1]).close()
    newer = open_database(path)
    assert newer.rows("SELECT * FROM act_seconds") == []
    newer.close()


def test_what_happened_is_in_the_journal(here: Office, pair: Bureau) -> None:
    place = half(here, pair)
    act_id = place.rpartition("/")[2]
    assert any(act_id in each["detail"] for each in here.journal("act half signed"))
    with here.signed_in("handler") as client:
        withdraw(here, client, place)
    assert any(act_id in each["detail"] for each in here.journal("act withdrawn"))


def test_the_other_answers_with_a_second_factor_of_his_own_over_the_same_bytes(
    here: Office, pair: Bureau
) -> None:
    held = Authenticator(here.url)
    for key in here.ring.of_official(here.spine.code("财政"), SECOND):
        here.ring.bind(key.keyid, [held.credential])
    place, other = half(here, pair), half(here, pair)
    with here.signed_in("partner") as client:
        page = client.get(place)
        assert "data-credential" in page.text
        assert "第二因素没有通过" in confirm(here, client, place).text
        answer = held.get(bytes.fromhex(hidden(page, "digest")))
        assert "第二因素没有通过" in confirm(here, client, other, answer=answer).text
        assert stored(here.database, place)["state"] == "half"
        assert confirm(here, client, place, answer=answer).status_code == 303
    assert stored(here.database, place)["state"] == "done"
