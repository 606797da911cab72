from __future__ import annotations

import csv
import io

import httpx

from registry.provenance.batch import MAX_BATCH
from registry.v1.statement_pb2 import Event
from tests.registry_web.console_core.acting import confirm, stored
from tests.registry_web.console_core.office import Office, csrf_of, own
from tests.support.events import ban, firm


def events(first: int, count: int) -> list[Event]:
    return [ban("财政", firm(first + at), "M-PRO-01", "2026-03-01", "2028-03-01") for at in range(count)]


def upload(bureau: Office, client: httpx.Client, bodies: list[Event]) -> httpx.Response:
    given = [("csrf", csrf_of(client.get("/")))]
    given += [("body", each.SerializeToString().hex()) for each in bodies]
    content = "&".join(f"{name}={value.replace('=', '%3D')}" for name, value in given)
    headers = {"content-type": "application/x-www-form-urlencoded", **own(bureau.url)}
    return client.post("/try-many", content=content, headers=headers)


def test_an_upload_is_signed_once_and_every_row_answered(bureau: Office) -> None:
    good = events(7000, 30)
    spoilt = ban("财政", firm(7100), "M-BID-01", "2026-03-01", "2028-03-01")  # Not this bureau's measure.
    with bureau.signed_in("handler") as client:
        place = upload(bureau, client, [*good[:10], spoilt, *good[10:]]).headers["location"]
        page = client.get(place)
        assert "批量报送" in page.text
        assert good[0].subject.name in page.text
        before = bureau.spine.position
        assert confirm(bureau, client, place).status_code == 303
        done = client.get(place)
        assert "共 31 行，收下 30 行" in done.text
        assert "退回 1 行" in done.text
        assert bureau.spine.position == before + 30
        table = list(csv.reader(io.StringIO(client.get(f"{place}/faults.csv").text.lstrip("\ufeff"))))
        assert {row[0] for row in table[1:]} == {"11"}
        assert "批量报送 31件" in client.get("/me").text


def test_an_upload_repeated_is_the_same_act_and_an_interrupted_one_goes_on(bureau: Office) -> None:
    rows = events(7200, 5)
    with bureau.signed_in("handler") as client:
        place = upload(bureau, client, rows).headers["location"]
        assert upload(bureau, client, rows).headers["location"] == place
        confirm(bureau, client, place)
        before = bureau.spine.position
        act_id = place.rpartition("/")[2]
        bureau.database.change("UPDATE acts SET state = 'signed', outcome = NULL WHERE id = ?", act_id)
        bureau.database.change("UPDATE act_batches SET sent = 0 WHERE act = ?", act_id)
        token = csrf_of(client.get(place))
        client.post(f"{place}/submit", data={"csrf": token}, headers=own(bureau.url))
        assert "收下 5 行（其中已有 5 行）" in " ".join(
            client.get(place).text.replace("</strong>", "").split()
        )
        assert bureau.spine.position == before
        assert stored(bureau.database, place)["state"] == "done"


def test_more_than_a_batch_holds_is_signed_by_one_confirmation(bureau: Office) -> None:
    rows = events(8000, MAX_BATCH + 6)
    with bureau.signed_in("handler") as client:
        place = upload(bureau, client, rows).headers["location"]
        before = bureau.spine.position
        assert confirm(bureau, client, place).status_code == 303
        assert f"收下 {MAX_BATCH + 6} 行" in client.get(place).text
    assert bureau.spine.position == before + MAX_BATCH + 6


def test_nothing_and_too_much_are_told_at_once(bureau: Office) -> None:
    with bureau.signed_in("handler") as client:
        assert upload(bureau, client, []).status_code == 422
