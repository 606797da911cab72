"""The system has no thread left (container limits, a flood beside): who calls is refused and can come again,
and the thread that reads the wire goes on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import grpc
import pytest

from registry.access.identity import CallerRole
from registry.load import pool
from registry.load.lanes import Bounds
from tests.load.serving import CHECK, DOWNLOAD, serving
from tests.support.served import DEADLINE_S, refusal_of


class _NoThread(Thread):
    def start(self) -> None:
        raise RuntimeError("can't start new thread")


def test_calls_are_refused_while_no_thread_can_be_started_and_served_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(tmp_path, Bounds()) as served:
        served.slow.go.set()
        ask = served.unary("platform", CHECK)
        download: Any = served.channel("reader", CallerRole.PUBLIC).unary_stream(DOWNLOAD)
        with monkeypatch.context() as without:
            without.setattr(pool, "Thread", _NoThread)
            unanswered: tuple[Callable[[], object], ...] = (
                lambda: ask(b"question", timeout=DEADLINE_S),
                lambda: next(download(b"x", timeout=DEADLINE_S)),
            )
            for call in unanswered:
                with pytest.raises(grpc.RpcError) as raised:
                    call()
                assert refusal_of(raised.value).code is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert ask(b"question", timeout=DEADLINE_S) == b"question"
        first = download(b"x", timeout=DEADLINE_S)
        assert next(first)
        first.cancel()
        figures = served.pool.figures()
        assert (figures["arriving"], figures["bytes"], figures["running"]) == (0, 0, 0)
