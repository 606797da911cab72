"""The registry's own keys change: two lines overlap under the checkpoints, and nobody does it alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.commands.jobs import Outcome, OwnStatement
from registry.commands.sequencer import Sequencer
from registry.domain.registry_keys import RegistryKeys
from registry.provenance.checkpoint import CheckpointError, open_checkpoint
from registry.provenance.keys import FileSigner, load_verifying_key
from registry.provenance.note import signature_lines
from registry.store.interface import StoreError
from registry.v1 import statement_pb2 as pb
from registry.v1.envelope_pb2 import SUITE_ED25519, SUITE_SM2_SM3, Envelope, Suite
from tests.support.events import new_firm, placed, refusal, registered
from tests.support.spine import ORIGIN, Spine, found_spine, furnish
from tests.support.table import Table
from tests.support.tampering import Copy


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    furnished = furnish(found_spine(tmp_path / "registry"), ["市场监管"], delivered=False)
    yield furnished
    furnished.engine.close()


class Keys:
    """A spine whose writer has a second key beside the log's own."""

    def __init__(self, spine: Spine, suite: Suite.ValueType = SUITE_ED25519) -> None:
        self.table = Table(spine)
        self.old = FileSigner.load(spine.config.log_key, None)
        self.new = FileSigner.generate(suite)
        self.use(self.old, self.new)

    def use(self, *signers: FileSigner) -> None:
        spine = self.table.spine
        self.table._sequencer = Sequencer(spine.engine.state, signers, clock=spine.clock, random_bytes=bytes)

    def change(self, key: str = "信用办", **change: object) -> Outcome:
        body = pb.RegistryKeyChange(**change)  # type: ignore[arg-type]
        statement_id = f"change-{self.table.state.size}"
        return self.table.group(self.table.say(key, statement_id, registry_key_change=body))[0]

    def add(self, signer: FileSigner | None = None) -> Outcome:
        return self.change(add=added(signer or self.new))

    def say(self) -> str:
        """Something else is stated; answers the checkpoint over it."""
        statement_id = f"firm-{self.table.state.size}"
        job = self.table.say("市场监管", statement_id, event=registered(new_firm()))
        placed(self.table.group(job)[0])
        return self.note

    @property
    def note(self) -> str:
        head = self.table.state.head
        assert head is not None
        return head.note


def added(signer: FileSigner) -> pb.RegistryKey:
    return pb.RegistryKey(
        purpose=pb.REGISTRY_KEY_PURPOSE_LOG, suite=signer.suite, public_key=signer.public_key
    )


def signs(note: str, *signers: FileSigner) -> bool:
    keys = [load_verifying_key(signer.suite, signer.public_key) for signer in signers]
    try:
        open_checkpoint(note, *keys, origin=ORIGIN)
    except CheckpointError:
        return False
    return True


@pytest.mark.parametrize("suite", [SUITE_ED25519, SUITE_SM2_SM3])
def test_both_keys_sign_from_the_change_on_until_the_old_one_retires(
    spine: Spine, suite: Suite.ValueType
) -> None:
    keys = Keys(spine, suite)
    assert signs(keys.note, keys.old)
    assert not signs(keys.note, keys.new)
    at = placed(keys.add())
    assert signs(keys.note, keys.old, keys.new)
    assert signs(keys.say(), keys.old, keys.new)
    gone = placed(keys.change(retire=keys.old.keyid))
    assert not signs(keys.note, keys.old)
    assert len(signature_lines(keys.note)) == 1
    assert signs(keys.say(), keys.new)
    old, new = (keys.table.state.registry_keys.get(each.keyid) for each in (keys.old, keys.new))
    assert old is not None
    assert new is not None
    assert (old.added, old.retired, new.added, new.retired) == (0, gone, at, None)


def test_change_is_signed_by_registrar_old_key_and_new_key(spine: Spine) -> None:
    keys = Keys(spine)
    at = placed(keys.add())
    row = spine.engine.store.statement(at)
    assert row is not None
    signers = [signature.keyid for signature in Envelope.FromString(row.signatures).signatures]
    assert signers == [spine.signers["信用办"].keyid, keys.old.keyid, keys.new.keyid]


def test_key_that_is_not_at_hand_does_not_enter(spine: Spine) -> None:
    keys = Keys(spine)
    assert refusal(keys.add(FileSigner.generate(SUITE_ED25519))) == {
        ("POSSESSION_NOT_PROVEN", "registry_key_change.add")
    }


def test_last_key_does_not_retire_and_departments_change_none(spine: Spine) -> None:
    keys = Keys(spine)
    last = keys.change(retire=keys.old.keyid)
    assert refusal(last) == {("LAST_REGISTRAR_KEY", "registry_key_change.retire")}
    assert ("NOT_REGISTRAR", "department") in refusal(keys.change("市场监管", add=added(keys.new)))
    assert refusal(keys.change()) == {("FIELD_REQUIRED", "registry_key_change")}
    assert refusal(keys.change(retire="ab" * 32)) == {("KEY_UNKNOWN", "registry_key_change.retire")}


def test_key_enters_once_and_for_one_use(spine: Spine) -> None:
    keys = Keys(spine)
    placed(keys.add())
    assert ("KEY_ALREADY_ENROLLED", "registry_key_change.add.public_key") in refusal(keys.add())
    office = spine.signers["市场监管"]
    keys.use(keys.old, keys.new, office)
    assert ("KEY_ALREADY_ENROLLED", "registry_key_change.add.public_key") in refusal(keys.add(office))


def test_log_that_names_no_keys_states_nothing_itself_until_one_is_added(spine: Spine) -> None:
    keys = Keys(spine)
    keys.table.state.registry_keys = RegistryKeys()  # As one that was founded before keys were named.
    own = OwnStatement(pb.Statement(map_state=pb.MapState(size=1, root=bytes(32))))
    with pytest.raises(StoreError, match="registry_key_change"):
        keys.table.group(own)
    placed(keys.add(keys.old))
    at = placed(keys.table.group(own)[0])
    row = spine.engine.store.statement(at)
    assert row is not None
    signed = Envelope.FromString(row.signatures).signatures
    assert [signature.keyid for signature in signed] == [keys.old.keyid]


def test_log_key_that_is_at_hand_for_answers_alone_does_not_enter(spine: Spine) -> None:
    keys = Keys(spine)
    engine, clock = spine.engine, spine.clock
    keys.table._sequencer = Sequencer(
        engine.state, [keys.old], clock=clock, random_bytes=bytes, other_signers=[keys.new]
    )
    assert refusal(keys.add()) == {("POSSESSION_NOT_PROVEN", "registry_key_change.add")}


def test_log_whose_keys_changed_is_rebuilt_by_whoever_has_the_present_ones(
    spine: Spine, tmp_path: Path
) -> None:
    keys = Keys(spine)
    placed(keys.add())
    keys.say()
    spine.engine.close()
    (tmp_path / "copies").mkdir()
    copy = Copy.of(spine.directory, tmp_path / "copies")
    # The copy's own key is still the old one: what is derived agrees but for the line it cannot make.
    found = [difference for difference in copy.rebuild() if not difference.startswith("checkpoint")]
    assert found == []


def test_log_that_moved_to_an_sm2_key_is_rebuilt_with_it(spine: Spine, tmp_path: Path) -> None:
    keys = Keys(spine, SUITE_SM2_SM3)
    placed(keys.add())
    placed(keys.change(retire=keys.old.keyid))
    keys.say()
    spine.engine.close()
    (tmp_path / "copies").mkdir()
    copy = Copy.of(spine.directory, tmp_path / "copies")
    copy.config.log_key.unlink()
    keys.new.save(copy.config.log_key, None)
    assert copy.rebuild() == []
    ((note,),) = copy.sql("SELECT note FROM checkpoint")
    first, line = note.rsplit("— ", 1)
    name, _, encoded = line.strip().partition(" ")
    other = encoded[:20] + ("A" if encoded[20] != "A" else "B") + encoded[21:]
    copy.sql("UPDATE checkpoint SET note = ?", f"{first}— {name} {other}\n")
    assert copy.rebuild(tmp_path / "again.db") != []


def test_signature_of_the_registry_that_was_taken_away_is_found(spine: Spine, tmp_path: Path) -> None:
    keys = Keys(spine)
    at = placed(keys.add())
    row = spine.engine.store.statement(at)
    assert row is not None
    kept = Envelope.FromString(row.signatures)
    del kept.signatures[2]
    spine.engine.close()
    (tmp_path / "copies").mkdir()
    copy = Copy.of(spine.directory, tmp_path / "copies")
    copy.sql("UPDATE statement SET signatures = ? WHERE position = ?", kept.SerializeToString(), at)
    assert "缺少日志密钥或新密钥的签名" in copy.rebuild()[0]
