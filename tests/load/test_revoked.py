"""Who lost a certificate has another under the same name: who found the first takes none of its places."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

from registry.access.certificate_door import CertificateDoor, Lists
from registry.access.identity import Caller, CallerRole
from registry.load.lanes import Bounds
from registry.load.pool import ARRIVING_EACH
from tests.load.serving import CHECK, serving
from tests.load.test_serving import within
from tests.support.revocation import LateClock, RevokedBy
from tests.support.served import DEADLINE_S, connect, refusal_of
from tests.support.spine import ORIGIN


def test_a_revoked_certificate_crowds_nobody_of_its_name_out(tmp_path: Path) -> None:
    lists, clock, silence = tmp_path / "revoked.crl", LateClock(), Event()
    door = CertificateDoor(Lists(lists, tmp_path / "tls" / "authority.pem"), clock)

    def nothing() -> Iterator[bytes]:
        silence.wait(4 * DEADLINE_S)
        yield from ()

    with serving(tmp_path, Bounds(), certificates=door) as served:
        served.slow.go.set()
        revoked = RevokedBy(served.authority, lists)
        lost = served.authority.client(Caller(CallerRole.BIDDING_SYSTEM, "platform", ORIGIN).uri)
        revoked.write(lost)
        trusted = (served.authority.directory / "authority.pem").read_bytes()
        thief = connect(served.target, trusted, lost)
        begun: Any = thief.stream_unary(CHECK)
        calls = [begun.future(nothing(), timeout=2 * DEADLINE_S) for _ in range(ARRIVING_EACH + 5)]
        assert within(lambda: sum(call.done() for call in calls) == 5)
        assert {refusal_of(call.exception()).reason for call in calls if call.done()} == {"OVERLOADED"}
        assert served.unary("platform", CHECK)(b"mine", timeout=DEADLINE_S) == b"mine"
        for call in calls:
            call.cancel()
        silence.set()
        thief.close()
