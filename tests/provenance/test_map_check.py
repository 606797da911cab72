"""Map states checked against the leaves of the log, as an auditor or a follower does."""

from registry.provenance.leaf import Leaf, LeafType
from registry.provenance.map_entry import MapEntry
from registry.provenance.merkle import leaf_hash
from tests.provenance.map_definition import defined_root, scattered
from tests.support.map_check import MapCheck

KEYS = scattered(7)


def chained(count: int) -> list[bytes]:
    """Leaves of seven subjects in turn, each carrying on its subject's chain."""
    leaves, heads = [], dict[bytes, tuple[int, bytes]]()
    for position in range(count):
        key = KEYS[position % len(KEYS)]
        sequence, previous = heads.get(key, (0, bytes(32)))
        leaf = Leaf(LeafType.EVENT, 1, key, sequence, previous, bytes(32), 0).encode()
        heads[key] = sequence + 1, leaf_hash(leaf)
        leaves.append(leaf)
    return leaves


def root_over(leaves: list[bytes]) -> bytes:
    latest = {}
    for encoded in leaves:
        leaf = Leaf.decode(encoded)
        latest[leaf.subject_key] = MapEntry(leaf.subject_key, leaf.subject_sequence + 1, leaf_hash(encoded))
    return defined_root(list(latest.values()))


def fed(leaves: list[bytes]) -> MapCheck:
    check = MapCheck()
    for leaf in leaves:
        check.leaf(leaf)
    return check


def test_states_whose_roots_follow_from_the_leaves_are_passed() -> None:
    leaves, check = chained(40), MapCheck()
    for position, leaf in enumerate(leaves):
        if position % 3 == 0:
            covered = max(0, position - position % 2)
            assert check.state(position, covered, root_over(leaves[:covered])) == []
        check.leaf(leaf)
    assert check.finish() == []
    assert check.map.root == root_over(leaves)


def test_a_state_whose_root_does_not_follow_is_named_and_the_next_right_one_passed() -> None:
    leaves = chained(20)
    check = fed(leaves)
    assert check.state(20, 10, root_over(leaves[:11])) == ["序号20: 映射状态的根与前10条叶子算出的不同"]
    assert check.state(21, 15, root_over(leaves[:15])) == []


def test_a_state_of_more_leaves_than_stand_before_it_or_fewer_than_the_last_is_named() -> None:
    leaves = chained(20)
    check = fed(leaves)
    assert check.state(12, 10, root_over(leaves[:10])) == []
    for position, size in ((13, 14), (13, 9), (25, 21)):
        (fault,) = check.state(position, size, root_over(leaves[:size]))
        assert fault.startswith(f"序号{position}: 映射状态覆盖{size}条")


def test_a_chain_begun_anew_is_named_though_the_state_s_root_follows_from_the_leaves() -> None:
    leaves = chained(20)
    hidden = Leaf(LeafType.EVENT, 1, KEYS[0], 0, bytes(32), bytes(32), 0).encode()
    leaves.append(hidden)
    check = fed(leaves)
    assert check.state(21, 21, root_over(leaves)) == ["序号20: 叶子没有接上本主体的链(已有3条)"]


def test_a_leaf_that_names_another_leaf_before_it_is_named() -> None:
    leaves = chained(20)
    leaf = Leaf.decode(leaves[7])
    leaves[7] = Leaf(leaf.type, 1, leaf.subject_key, 1, leaf_hash(leaves[1]), leaf.statement_hash, 0).encode()
    faults = fed(leaves).finish()
    assert faults[0] == "序号7: 叶子没有接上本主体的链(已有1条)"


def test_a_leaf_that_counts_wrongly_is_named() -> None:
    leaves = chained(20)
    leaf = Leaf(LeafType.EVENT, 1, KEYS[0], 4, leaf_hash(leaves[14]), bytes(32), 0)
    faults = fed([*leaves, leaf.encode()]).finish()
    assert faults == ["序号20: 叶子没有接上本主体的链(已有3条)"]


def test_leaves_after_the_last_state_are_checked_at_the_end() -> None:
    leaves = chained(20)
    check = fed(leaves)
    assert check.state(20, 20, root_over(leaves)) == []
    check.leaf(Leaf(LeafType.EVENT, 1, KEYS[3], 2, bytes(32), bytes(32), 0).encode())
    assert check.finish() == ["序号20: 叶子没有接上本主体的链(已有3条)"]


def test_a_sequence_past_counting_is_a_fault_and_no_failure() -> None:
    check = fed(chained(7))
    check.leaf(Leaf(LeafType.EVENT, 1, KEYS[0], (1 << 64) - 1, bytes(32), bytes(32), 0).encode())
    assert len(check.finish()) == 1
