"""What breaks within, what is erased by law, what an operator does beside: each with marked values about."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from registry.access.identity import CallerRole
from registry.v1 import intake_service_pb2 as intake
from registry.v1 import record_service_pb2
from tests.privacy.asked import CHECK, SUBMIT, check
from tests.privacy.marks import ASKED, NAME
from tests.privacy.town import Town
from tests.privacy.traffic import Heard
from tests.support.command import Run, in_process
from tests.support.events import erasure, withdrawal
from tests.support.receiver import wait_for

OVER = "exit-2"
"""The matter that is erased."""
_GET = "/registry.v1.IntakeService/GetStatement"


def break_within(place: Town, heard: Heard) -> None:
    """Tables that are gone while somebody is asked about or looked for; a content that was changed."""
    border = place.served.system(CallerRole.BORDER_SYSTEM)
    with _without(place, "query_log"):
        heard.call(place.served, border, CHECK, check(ASKED).SerializeToString())
    search = record_service_pb2.SearchRequest(name=NAME).SerializeToString()
    with _without(place, "name_gram"):
        heard.call(place.served, place.served.department("财政"), "/registry.v1.RecordService/Search", search)
    asked = intake.GetStatementRequest(statement_id="fine-1")
    position, kept = _row(place, "fine-1")
    for content in (b"", kept):
        _write(place, "UPDATE statement SET sealed_payload = ? WHERE position = ?", content, position)
        heard.call(place.served, place.served.department("财政"), _GET, asked.SerializeToString())


def erase(place: Town) -> list[bytes]:
    """Erases the matter that is over, and withdraws the other, of which whoever asked is told. Answers what
    of the first rested sealed until then."""
    _, kept = _row(place, OVER)
    spine, court = place.served.spine, place.served.department("法院")
    gone = spine.statement("法院", "gone", erasure=erasure("法院", OVER))
    back = spine.statement("法院", "back", withdrawal=withdrawal("法院", "exit-1"))
    request = intake.SubmitRequest(envelopes=[spine.seal("法院", each) for each in (gone, back)])
    ask: Any = place.served.channel(court).unary_unary(SUBMIT)
    answer = intake.SubmitResponse.FromString(ask(request.SerializeToString(), timeout=60))
    assert [each.HasField("accepted") for each in answer.results] == [True, True], answer
    wait_for(lambda: not _row(place, OVER)[1] and bool(place.receiver.came))
    return [kept]


def run_commands(place: Town) -> dict[str, Run]:
    """What an operator and an outside follower do while it is served. The open format holds everything
    for whom it is made; on its way to him it is sealed, as here."""
    home, directory = place.home, place.spine.directory
    log = f"http://127.0.0.1:{place.ports['publication']}/"
    mirror = ("--policy", home / "verify.policy", "--directory", home / "mirror", "--once")
    within = ("--directory", directory)
    reading, writing = os.pipe()
    os.write(writing, "松柏-封存-2026-常青\n".encode())
    os.close(writing)
    sealed = ("--open", home / "open", "--seal", "--passphrase-fd", str(reading))
    done = {
        "follow": in_process("follow", log, *mirror),
        "backup": in_process("backup", *within, "--to", home / "backup"),
        "export": in_process("export", *within, *sealed),
    }
    assert [name for name, run in done.items() if run.code] == [], done
    return done


@contextmanager
def _without(place: Town, table: str) -> Iterator[None]:
    _write(place, f"ALTER TABLE {table} RENAME TO hidden_{table}")
    try:
        yield
    finally:
        _write(place, f"ALTER TABLE hidden_{table} RENAME TO {table}")


def _row(place: Town, statement_id: str) -> tuple[int, bytes]:
    """Position and sealed content of a statement."""
    with closing(sqlite3.connect(place.spine.config.store)) as other:
        wanted = "SELECT position, sealed_payload FROM statement WHERE statement_id = ?"
        (found,) = other.execute(wanted, (statement_id,)).fetchall()
        return int(found[0]), bytes(found[1])


def _write(place: Town, sql: str, *values: object) -> None:
    with closing(sqlite3.connect(place.spine.config.store, timeout=30)) as other, other:
        other.execute(sql, values)
