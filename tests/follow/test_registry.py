"""The registry itself, published, cosigned by two witnesses and followed, by the policy that it hands out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from registry.commands.jobs import OwnStatement
from registry.config import ConfigError, load_config
from registry.engine import StartError
from registry.follow.alarms import Alarms
from registry.follow.follower import HOME, Follower
from registry.follow.source import LogSource
from registry.handed_out import installation_policy, plain_policy
from registry.outbound import Outbound
from registry.provenance.checkpoint import Checkpoint
from registry.provenance.note import split_note
from registry.provenance.proof import root_at
from registry.provenance.vkey import NoteKey
from registry.provenance.witness_policy import Policy, PolicyError
from registry.running import Upkeep
from registry.upkeep.cosigner import Cosigner
from registry.v1.statement_pb2 import Statement, TimeAnchor
from tests.support.events import firm, licence, placed
from tests.support.spine import ORIGIN, Spine, found_spine, furnish
from tests.support.stamps import PlainAuthority
from tests.witness.running import TestWitness, witness_of
from tests.witness.small_log import SmallLog

WAIT_S = 20.0
AUTHORITY = PlainAuthority()


@dataclass(slots=True)
class KnownLog(SmallLog):
    """The registry's log, as its witnesses know it."""

    known: tuple[NoteKey, ...] = ()

    def keys(self) -> list[NoteKey]:
        """The keys that its own policy names."""
        return list(self.known)


@dataclass(slots=True)
class Town:
    """A registry with everything that runs beside it, its witnesses, and where it is followed."""

    spine: Spine
    witnesses: list[TestWitness]
    directory: Path

    @property
    def upkeep(self) -> Upkeep:
        """What runs beside."""
        return self.spine.engine.upkeep

    @property
    def policy(self) -> Policy:
        """What the registry hands out to verifiers."""
        return installation_policy(self.spine.config)

    def add(self, count: int) -> None:
        """Statements about ever new firms."""
        key, first = "市场监管", self.spine.position
        statements = [self.spine.statement(key, event=licence(key, firm(first + at))) for at in range(count)]
        for outcome in self.spine.put(key, *(self.spine.seal(key, each) for each in statements)):
            placed(outcome)

    def anchor(self) -> None:
        """A time anchor over what there is."""
        state = self.spine.engine.state
        size, now_ms = state.size, self.spine.clock()
        checkpoint = Checkpoint(ORIGIN, size, root_at(state.tree, size))
        token = AUTHORITY.token(checkpoint.text(), now_ms)
        body = TimeAnchor(size=size, root=checkpoint.root, token=token, gen_time_ms=now_ms)
        self.spine.engine.writer.put([OwnStatement(Statement(time_anchor=body))])[0].result(WAIT_S)

    def cosigned(self) -> str:
        """The checkpoint of everything there is, cosigned."""
        (cosigner,) = [part for part in self.upkeep.parts if isinstance(part, Cosigner)]
        return cosigner.require(self.spine.engine.state.size, WAIT_S)

    def follow(self, said: list[str], outbound: Outbound, policy: Policy | None = None) -> Follower:
        """A follower of what is published."""
        assert self.upkeep.publication
        url = f"http://127.0.0.1:{self.upkeep.publication.port}/"
        alarms = Alarms(self.directory / HOME, say=said.append, clock_ms=self.spine.clock)
        return Follower(
            LogSource(url, outbound),
            policy or self.policy,
            self.directory,
            alarms=alarms,
            clock_ms=self.spine.clock,
            lot=lambda count: count - 1,
            max_age_s=3600,
        )


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    spine = furnish(found_spine(tmp_path / "registry"))
    known = tuple(each.key for each in installation_policy(spine.config).logs)
    log = KnownLog(ORIGIN, (), known=known)
    with ExitStack() as stack:
        witnesses = [
            stack.enter_context(witness_of(log, directory=tmp_path / name, name=f"{name}.example"))
            for name in ("w1", "w2")
        ]
        lines = [f"witness {each.name[:2]} {each.key.vkey} {each.url}" for each in witnesses]
        policy = "\n".join([*lines, "group both all w1 w2", "quorum both", ""])
        (spine.directory / "witnesses.policy").write_text(policy, "utf-8")
        (spine.directory / "tsa.pem").write_bytes(AUTHORITY.root.public_bytes(Encoding.PEM))
        with (spine.directory / "registry.toml").open("a", encoding="utf-8") as file:
            file.write('\n[publication]\naddress = "127.0.0.1:0"\n')
            file.write('\n[witnesses]\npolicy = "witnesses.policy"\ninterval_s = 0.05\n')
        spine.config = load_config(spine.directory)
        spine.reopen()
        spine.engine.upkeep.start()
        yield Town(spine, witnesses, tmp_path / "mirror")
        spine.engine.close()


def test_the_registrys_log_is_followed_with_its_map_states_and_time_anchors(town: Town) -> None:
    said: list[str] = []
    with Outbound() as outbound:
        follower = town.follow(said, outbound)
        for count in (0, 300, 7):
            town.add(count)
            town.upkeep.mapper.require(town.spine.position, WAIT_S)
            town.anchor()
            town.cosigned()
            assert follower.round()
            assert said == []
            assert follower.size == town.spine.engine.state.size
        follower.close()
    note = (town.directory / "checkpoint").read_text("utf-8")
    assert len(town.policy.check_checkpoint(note).witnesses) == 2


def test_stamps_are_checked_where_the_policy_names_an_authority(town: Town) -> None:
    town.anchor()
    town.cosigned()
    said: list[str] = []
    other = PlainAuthority()
    with Outbound() as outbound:
        for authority, alarms in ((AUTHORITY, 0), (other, 1)):
            policy = replace(town.policy, certificates=(authority.root,))
            town.directory = town.directory.with_name(f"mirror-{alarms}")
            follower = town.follow(said, outbound, Policy.parse(policy.text()))
            follower.round()
            follower.close()
            assert len(said) == alarms
    assert "ANCHOR" in said[0]


def test_a_checkpoint_that_is_not_cosigned_is_not_published(town: Town) -> None:
    town.cosigned()
    size = town.spine.engine.state.size
    town.witnesses[1].stop()
    town.add(5)
    said: list[str] = []
    with Outbound() as outbound:
        follower = town.follow(said, outbound)
        follower.round()
        follower.close()
    assert said == []
    assert follower.size == size < town.spine.engine.state.size


def test_the_cosigned_checkpoint_is_there_after_a_restart_before_any_witness_answers(town: Town) -> None:
    note = town.cosigned()
    for each in town.witnesses:
        each.stop()
    town.spine.reopen()
    assert town.spine.engine.log.checkpoint() is not None
    assert town.policy.check_checkpoint(str(town.spine.engine.log.checkpoint())).checkpoint == (
        town.policy.check_checkpoint(note).checkpoint
    )


def test_a_log_that_was_witnessed_once_still_proves_without_witnesses(town: Town) -> None:
    note, size = town.cosigned(), town.spine.engine.state.size
    configured = town.spine.directory / "registry.toml"
    told = configured.read_text("utf-8")
    configured.write_text(told[: told.index("[witnesses]")], "utf-8")
    town.spine.config = load_config(town.spine.directory)
    town.spine.reopen()
    served = town.upkeep.checkpoints.covering(size)
    assert served is not None
    assert town.policy.check_checkpoint(served).checkpoint.size == size
    assert split_note(served)[0] == split_note(note)[0]


def test_a_policy_is_handed_out_with_time_authorities_that_a_server_begins_with_alone(town: Town) -> None:
    leaf = AUTHORITY.signer.public_bytes(Encoding.PEM)
    with (town.spine.directory / "registry.toml").open("a", encoding="utf-8") as file:
        file.write('\n[stamping]\nurl = "http://127.0.0.1:1/"\ncertificate = "tsa.pem"\n')
    town.spine.config = load_config(town.spine.directory)
    assert town.policy.certificates == (AUTHORITY.root,)
    (town.spine.directory / "tsa.pem").write_bytes(leaf)
    with pytest.raises(ConfigError, match="根证书"):
        town.policy.text()
    with pytest.raises(StartError, match="根证书"):
        town.spine.reopen()


def test_the_policy_that_is_handed_out_asks_for_log_key_witnesses_and_receipt_key(town: Town) -> None:
    policy = town.policy
    note = town.cosigned()
    assert policy.check_checkpoint(note).quorum_met
    assert [each.counts(ORIGIN, 1) for each in policy.required] == [True]
    assert len(policy.receipt_keys(ORIGIN, 5)) == 1
    assert Policy.parse(policy.text()) == policy
    with pytest.raises(PolicyError):
        policy.check_checkpoint(town.spine.engine.state.head.note if town.spine.engine.state.head else "")
    plain = plain_policy(policy).text()
    assert {line.split()[0] for line in plain.splitlines()} == {"log", "witness", "group", "quorum"}
