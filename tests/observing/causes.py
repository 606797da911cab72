"""How each alarm is caused on a real registry, for those that a registry of its own raises.

A cause does something to a registry that is served, and answers when the alarm can be seen. What it does to
the store, another program that has access could do as well.
"""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from shutil import rmtree
from threading import Timer
from time import monotonic, sleep
from typing import Any

from registry.access.identity import CallerRole
from registry.provenance.keys import FileSigner
from registry.store.interface import AcknowledgedRow
from registry.v1 import intake_service_pb2 as intake
from registry.v1 import restriction_service_pb2 as pb
from registry.v1 import watch_service_pb2, watch_service_pb2_grpc
from registry.v1.envelope_pb2 import SUITE_ED25519
from registry.v1.intake_service_pb2_grpc import IntakeServiceStub
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from registry.v1.subject_pb2 import DOMAIN_BIDDING
from tests.observing.test_health import be_impatient
from tests.observing.test_metrics import submit
from tests.support.clock import instant_ms
from tests.support.command import in_process
from tests.support.events import firm
from tests.support.notices import PLATFORM, subscribe
from tests.support.observed import PATIENCE_S, Seen
from tests.support.remedies import objection_to
from tests.support.served import DEADLINE_S, refused, short_ban
from tests.support.spine import TODAY, Spine

DAY_MS = 86_400_000
MANY = 10_001
HELD_S = 0.4
Cause = Callable[[Seen], None]


def until(condition: Callable[[], object]) -> None:
    """Waits for something that takes a moment."""
    end = monotonic() + PATIENCE_S
    while not condition():
        assert monotonic() < end
        sleep(0.02)


@contextmanager
def store_held(spine: Spine) -> Iterator[sqlite3.Connection]:
    """Another program writes to the store, and does not come to an end."""
    with closing(sqlite3.connect(spine.config.store, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other
        if other.in_transaction:
            other.execute("ROLLBACK")


def alter(spine: Spine, statement: str) -> None:
    """Somebody alters the store."""
    with closing(sqlite3.connect(spine.config.store)) as other, other:
        other.execute(statement)


def later(seen: Seen, days: float) -> None:
    """Time goes by."""
    seen.served.spine.clock.now_ms += int(days * DAY_MS)


def slow(seen: Seen) -> None:
    """A slow disk: each of some statements waits for it."""
    for number in range(500, 503):
        with store_held(seen.served.spine) as other:
            Timer(HELD_S, lambda held=other: held.execute("ROLLBACK")).start()
            submit(seen.served, number)


def queue(seen: Seen) -> None:
    """More is to be written than the store takes."""
    engine = seen.served.spine.engine
    rows = [AcknowledgedRow("nobody", (), 0)] * MANY
    with store_held(seen.served.spine):
        waiting = engine.writer.put(rows)
        until(lambda: engine.writer.waiting > 10_000)
        seen.scraped = seen.scrape()
    waiting[-1].result(60)


def unwritable(seen: Seen) -> None:
    """The store cannot be written for longer than a moment."""
    be_impatient(seen.served.spine)
    with store_held(seen.served.spine):
        seen.wait_for_faults(writing=["STORE_UNWRITABLE"])
        seen.scraped = seen.scrape()
    seen.wait_for_faults()


def unreadable(seen: Seen) -> None:
    """A table is gone."""
    alter(seen.served.spine, "ALTER TABLE checkpoint RENAME TO mislaid")
    until(lambda: seen.faults()["reading"])
    seen.scraped = seen.scrape()
    alter(seen.served.spine, "ALTER TABLE mislaid RENAME TO checkpoint")
    seen.wait_for_faults()


def facts(seen: Seen) -> None:
    """Some of the rows cannot be read."""
    alter(seen.served.spine, "ALTER TABLE notice RENAME TO mislaid")
    seen.scraped = seen.scrape()
    alter(seen.served.spine, "ALTER TABLE mislaid RENAME TO notice")


def second_store(seen: Seen) -> None:
    """The disk of the second store is gone."""
    head = seen.served.spine.config.head
    assert head is not None
    rmtree(head.parent)
    assert refused(lambda: submit(seen.served, 900)).reason == "STORE_UNAVAILABLE"


def errors(seen: Seen) -> None:
    """A statement was altered in the store, and somebody reads it."""
    position = submit(seen.served, 600)[0].results[0].accepted.position
    alter(seen.served.spine, f"UPDATE statement SET sealed_payload = x'00' WHERE position = {position}")
    stub = IntakeServiceStub(seen.served.channel(seen.served.department("财政")))
    request = intake.GetStatementRequest(position=position)
    assert "内部错误" in refused(lambda: stub.GetStatement(request, timeout=DEADLINE_S)).message


def overloaded(seen: Seen) -> None:
    """One caller opens more streams than one may."""
    stub = watch_service_pb2_grpc.WatchServiceStub(
        seen.served.channel(seen.served.system(CallerRole.BIDDING_SYSTEM))
    )
    wanted = watch_service_pb2.RestrictionFilter(purpose=pb.Purpose(domain=DOMAIN_BIDDING))
    request = watch_service_pb2.WatchRestrictionsRequest(filter=wanted)
    streams: list[Any] = [stub.WatchRestrictions(request, timeout=DEADLINE_S) for _ in range(3)]
    until(lambda: any(stream.done() for stream in streams))
    for stream in streams:
        stream.cancel()


def indeterminate(seen: Seen) -> None:
    """A question that needs a list which nobody delivers."""
    submit(seen.served, 700)
    stub = RestrictionServiceStub(seen.served.channel(seen.served.system(CallerRole.BIDDING_SYSTEM)))
    purpose = pb.Purpose(domain=DOMAIN_BIDDING)
    stub.Check(pb.CheckRequest(subject=firm(700).identifier, purpose=purpose), timeout=DEADLINE_S)


def ageing(seen: Seen) -> None:
    """A list is not delivered for most of its time."""
    later(seen, 26)


def stale(seen: Seen) -> None:
    """And then no more."""
    later(seen, 6)


def ending_keys(seen: Seen) -> None:
    """A key is enrolled that does not last."""
    spine = seen.served.spine
    until_day = TODAY + timedelta(days=20)
    spine.enrol("财政", FileSigner.generate(SUITE_ED25519), valid_until=until_day.isoformat())


def notices(seen: Seen) -> None:
    """A system is told of a ban, and never acknowledges it."""
    spine = seen.served.spine
    subscribe(spine, PLATFORM)
    spine.say("财政", "told", event=short_ban(800))
    later(seen, 4)


def overdue(seen: Seen) -> None:
    """An objection is not answered."""
    spine = seen.served.spine
    spine.say("财政", "disputed", event=short_ban(801))
    day = TODAY + timedelta(days=(spine.clock() - instant_ms(TODAY)) // DAY_MS)
    spine.say("财政", objection=objection_to("财政", "disputed", filed_on=day.isoformat()))
    later(seen, 60)


def map_behind(seen: Seen) -> None:
    """No map state is made for a day."""
    seen.served.spine.engine.upkeep.mapper.start()
    until(lambda: seen.served.spine.engine.upkeep.mapper.uncovered is not None)
    later(seen, 1)


def map_stopped(seen: Seen) -> None:
    """The rows of the map are altered."""
    spine = seen.served.spine
    mapper = spine.engine.upkeep.mapper
    mapper.require(spine.position, PATIENCE_S)
    alter(spine, "UPDATE map_entry SET count = count + 1")
    spine.say("财政", "again", event=short_ban(802))
    try:
        mapper.require(spine.position, PATIENCE_S)
    except Exception:
        assert mapper.failure


def descriptors(seen: Seen) -> None:
    """Hardly any files are left to open."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)
    open_now = len(list(Path("/proc/self/fd").iterdir()))
    resource.setrlimit(resource.RLIMIT_NOFILE, (open_now + 8, most[1]))
    try:
        seen.scraped = seen.scrape()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, most)


def rehearsal_failed(seen: Seen) -> None:
    """Somebody takes a ban's end from the rows that answers are given from; the night's backup is tried."""
    spine = seen.served.spine
    spine.say("财政", "shortened", event=short_ban(803))
    alter(spine, "UPDATE ground SET last = '2099-01-01' WHERE statement_id = 'shortened'")
    backup = spine.directory.parent / "backup"
    assert in_process("backup", "--directory", spine.directory, "--to", backup).code == 0
    result = spine.directory.parent / "rehearsal.json"  # As the figures are told.
    tried = in_process("rehearse", "--directory", spine.directory, "--from", backup, "--result", result)
    assert "ground 表" in tried.err


def nothing(_seen: Seen) -> None:
    """It is so from the beginning: certificates of two days, no backup, none that was tried."""


CAUSES: dict[str, Cause] = {
    "RegistryCertificateEnds": nothing,
    "RegistryRevocationListEnds": nothing,
    "RegistryBackupOld": nothing,
    "RegistryRehearsalOld": nothing,
    "RegistryRehearsalFailed": rehearsal_failed,  # While statements are as they were, and a backup is taken.
    "RegistryIndeterminate": indeterminate,
    "RegistryOverloaded": overloaded,
    "RegistrySlow": slow,
    "RegistryWriterQueue": queue,
    "RegistryNotTakingStatements": unwritable,
    "RegistryWriteFailures": unwritable,
    "RegistryNotAnswering": unreadable,
    "RegistryFactsMissing": facts,
    "RegistryDescriptors": descriptors,
    "RegistryErrors": errors,
    "RegistryKeysEnd": ending_keys,
    "RegistrySourceAgeing": ageing,
    "RegistrySourceStale": stale,
    "RegistryNoticesWaiting": notices,
    "RegistryOverdue": overdue,
    "RegistryMapBehind": map_behind,
    "RegistryMapStopped": map_stopped,
    "RegistryRestartNeeded": second_store,
}
