"""What gRPC drops before the registry has seen it is CANCELLED: the client asks again where that is safe."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import grpc

from registry_client.channel import open_channel
from tests.support.served import DEADLINE_S, Authority

CHECK, DRAFT = "/registry.v1.RestrictionService/Check", "/registry.v1.BanService/Draft"
PENDING, BEYOND = 4, 2


class _Busy(grpc.GenericRpcHandler):
    """Looks at no call until ``free``."""

    def __init__(self) -> None:
        self.free, self.came = Event(), Event()

    def service(self, _details: grpc.HandlerCallDetails) -> Any:
        """See grpc.GenericRpcHandler."""
        self.came.set()
        self.free.wait(DEADLINE_S)
        return grpc.unary_unary_rpc_method_handler(lambda request, _context: request)


def test_what_was_cancelled_unseen_is_asked_again_where_that_is_safe(tmp_path: Path) -> None:
    authority, busy = Authority.new(tmp_path / "tls"), _Busy()
    own = authority.server()
    options = (
        ("grpc.server.max_pending_requests", PENDING),
        ("grpc.server.max_pending_requests_hard_limit", PENDING + 1),
    )
    server = grpc.server(ThreadPoolExecutor(2), handlers=[busy], options=options)
    port = server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials([(own.key, own.certificate)]))
    server.start()
    trusted = grpc.ssl_channel_credentials((authority.directory / "authority.pem").read_bytes())
    try:
        with open_channel(f"127.0.0.1:{port}", trusted) as channel:
            check: Any = channel.unary_unary(CHECK)
            draft: Any = channel.unary_unary(DRAFT)
            first = check.future(b"0", timeout=DEADLINE_S)
            assert busy.came.wait(DEADLINE_S)
            asked = [check.future(b"%d" % n, timeout=DEADLINE_S) for n in range(1, PENDING + 1 + BEYOND)]
            assert draft.future(b"", timeout=DEADLINE_S).code() is grpc.StatusCode.CANCELLED
            busy.free.set()
            answers = [call.result() for call in (first, *asked)]
            assert answers == [b"%d" % n for n in range(PENDING + 1 + BEYOND)]
    finally:
        server.stop(0).wait()
