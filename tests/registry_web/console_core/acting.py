"""Acts as an official does them in a browser: propose, read, confirm."""

from __future__ import annotations

import json
from typing import Any

import httpx
from google.protobuf.message import Message

from registry_web.kept_file import Database
from tests.registry_web.console_core.office import PIN, Office, csrf_of, hidden, own


def propose(bureau: Office, client: httpx.Client, kind: str, body: Message, **more: Any) -> httpx.Response:
    """Proposes a body; the answer leads to the act."""
    shown = json.dumps(more.pop("shown", {}))
    given = {"csrf": csrf_of(client.get("/")), "kind": kind, "body": body.SerializeToString().hex()}
    return client.post("/try", data={**given, "shown": shown, **more}, headers=own(bureau.url))


def confirm(bureau: Office, client: httpx.Client, place: str, pin: str = PIN, **more: str) -> httpx.Response:
    """Confirms what stands on an act's page."""
    page = client.get(place)
    given = {"csrf": csrf_of(page), "digest": hidden(page, "digest"), "pin": pin}
    return client.post(place, data={**given, **more}, headers=own(bureau.url))


def act_at(bureau: Office, client: httpx.Client, kind: str, body: Message, **more: Any) -> str:
    """Proposes a body; the address of the act."""
    answer = propose(bureau, client, kind, body, **more)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def stored(database: Database, place: str) -> dict[str, Any]:
    """An act as it is kept."""
    row = database.row("SELECT * FROM acts WHERE id = ?", place.rpartition("/")[2])
    assert row is not None
    return dict(row)
