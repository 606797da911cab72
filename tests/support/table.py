"""A sequencer over a spine's state, so that a test decides what is in a group.

table = Table(spine)
first, again = table.group(job := table.say("财政", "S", event=event), job)
"""

from __future__ import annotations

import os
from typing import Any, cast

from demo.departments import OPERATOR
from registry.commands.jobs import Job, Outcome
from registry.commands.sequencer import Sequencer
from registry.commands.submission import read_envelope
from registry.provenance.keys import FileSigner
from registry.v1 import statement_pb2 as pb
from tests.support.events import placed, refusal
from tests.support.spine import Spine


class Table:
    """A sequencer over a spine's state, so that a test decides what is in a group."""

    def __init__(self, spine: Spine) -> None:
        self.spine = spine
        self.state = spine.engine.state
        log_key = FileSigner.load(spine.config.log_key, None)
        self._sequencer = Sequencer(self.state, [log_key], clock=spine.clock, random_bytes=os.urandom)

    def read(self, key: str, statement: pb.Statement, *more: FileSigner) -> Job:
        """What a department's thread hands to the writer."""
        return read_envelope(self.spine.seal(key, statement, *more), self.state, self.spine.code(key))

    def say(self, key: str, statement_id: str, **body: Any) -> Job:
        """A job of a new statement."""
        return self.read(key, self.spine.statement(key, statement_id, **body))

    def group(self, *jobs: Job) -> list[Outcome]:
        """Works the jobs out in one group."""
        return [cast("Outcome", outcome) for outcome in self._sequencer.process(jobs)]


def names(outcome: Outcome) -> set[str]:
    """Reasons of a refusal."""
    return {name for name, _field in refusal(outcome)}


def queue(spine: Spine, *jobs: Job) -> list[Outcome]:
    """Puts jobs right behind each other and waits for their outcomes."""
    futures = spine.engine.writer.put(jobs)
    return [cast("Outcome", future.result(30)) for future in futures]


def revoke(spine: Spine, key: str) -> None:
    """Revokes a department's key."""
    placed(spine.say(OPERATOR.key, key_revocation=revocation(spine, key)))


def revocation(spine: Spine, key: str) -> pb.KeyRevocation:
    """The statement that a department's key is compromised."""
    return pb.KeyRevocation(keyid=spine.signers[key].keyid, reason=pb.KEY_REVOCATION_REASON_RETIRED)
