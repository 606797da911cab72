"""The page of the matrix (docs/tampering.md), and why what nobody notices is left at that.

python -m scripts.tampering_page > docs/tampering.md
"""

# ruff: noqa: E501 - lines of a page are as long as its tables.
from __future__ import annotations

from collections.abc import Iterable, Mapping

from tests.attackers.tampering.attacks import KINDS
from tests.attackers.tampering.matrix import OWN, REBUILD, START, VERIFY, Cell

HARMLESS: Mapping[tuple[str, str], str] = {
    ("meta", "insert"): "a fact under a name that nobody asks for",
    ("batch", "insert"): "a signature over a batch of which no statement is there: none names it",
    ("person", "insert"): "a sealed number that no statement names: it opens only with `vault.key`",
}
"""What nobody notices and nothing follows from."""
UNSEEN: Mapping[str, str] = {
    "refusal": "refused statements are not in the log; their department has the answer it was given",
    "query_log": "questions are asked in private: no leaf may tell of them. Who asked keeps his receipt",
    "execution": "a report is a system's own word to the registry; the system keeps it, and sends it again",
    "notice": "that somebody was told, and when he said so, is between him and the registry; a notice that is"
    " gone is not made again. What it was about is in the log",
    "subscription": "the caller notices that nothing comes, and subscribes again",
    "recipient": "who was told of a decision is not told a second time when it falls",
    "cosignature": "a line that is no witness's is refused by who requires witnesses; one that is gone is"
    " missed there, and asked for again under the next checkpoint",
}
"""The registry's own records, and who could tell."""
DOES: Mapping[str, str] = {
    "change": "each column in turn, to another row's value",
    "delete": "a row",
    "insert": "a row like one that is there",
    "back-date": "since when a row holds",
    "swap": "two rows under their keys",
    "roll back": "the table to the day of founding",
}


def letter(cell: Cell) -> str:
    """Who notices a cell, as the page shows it: the first that does."""
    if not cell.tried:
        return "·"
    if cell.by(START):
        return "start" if cell.by(VERIFY) else "start, rebuild"
    if cell.by(VERIFY):
        return "verify"
    if cell.by(REBUILD):
        return "rebuild"
    if (cell.table, cell.kind) in HARMLESS:
        return "harmless"
    return "**unseen**" if cell.table in UNSEEN else "**?**"


def page(cells: Iterable[Cell]) -> str:
    """The whole page."""
    found = {(cell.table, cell.kind): cell for cell in cells}
    tables = list(dict.fromkeys(table for table, _ in found))
    lines = [_HEAD, "| Table | " + " | ".join(KINDS) + " |", "|---" * (len(KINDS) + 1) + "|"]
    for table in tables:
        lines.append(f"| `{table}` | " + " | ".join(letter(found[table, kind]) for kind in KINDS) + " |")
    tried = sum(cell.tried for cell in found.values())
    lines += ["", f"{len(tables)} tables, {sum(map(bool, (c.tried for c in found.values())))} cells, "
              f"{tried} changes."]  # fmt: skip
    lines += ["", "Harmless:", ""]
    lines += [f"* `{table}`, {kind}: {why}." for (table, kind), why in HARMLESS.items()]
    lines += ["", "Unseen, for these are the registry's own records, which no leaf holds:", ""]
    lines += [f"* `{table}`: {UNSEEN[table]}." for table in OWN]
    return "\n".join([*lines, _REST])


_HEAD = f"""# Tampering: every table, every attack, who notices

Made by `python -m scripts.tampering_page > docs/tampering.md`; `tests/attackers/tampering/` tries every cell for real, on a
small store with every kind of statement, in a file and in a PostgreSQL, and compares this page: it is the same for both. A new table without a row fails it. What is done:
{"; ".join(f"*{kind}*: {DOES[kind]}" for kind in KINDS)}.

**start**: the server does not start on it, and `registry verify` finds it (`start, rebuild`: verify does not). **verify**:
`registry verify` finds it. **rebuild**: `registry verify --rebuild` finds it, and nothing before that. A dot: there is
nothing of the kind to do. A cell counts as noticed if each of its changes is.
"""
_REST = """
## Derived rows

From what is marked *rebuild* the server works: a ban whose rows are gone is passed over **from the next start on**, until somebody
runs `registry verify --rebuild`. `verify` alone holds against the log only those derived rows which follow from leaves and keys:
`key`, `registry_key`, `chain`, `tile`, `map_entry`, `checkpoint`; it says at the end that the others were not looked at. It
does not look at them because what they must be is the law's answer, and working that out is the fold. A digest kept beside
them would be changed with them. So: run `--rebuild` after every doubt. While a server runs, the rehearsal of each night's backup
compares the same rows (`deploy/systemd/registry-rehearse.timer`, the alert `RegistryRehearsalFailed`; [backup.md](backup.md)):
what was changed is told within a day.

A server that runs answers verdicts from its memory, not from the rows (`test_running.py`): whoever changes rows under it
changes no answer until the next start. A receipt with proof reads statements and leaves, and is refused where they do not fit.

## All tables together, and what is outside

| He | start | verify | rebuild | follower | holder of an old checkpoint or receipt |
|---|---|---|---|---|---|
| makes one table fit another without a key: leaf, chain, tiles, edge of the tree | refuses | finds | finds | is served nothing | – |
| … with `vault.key`: the contents too | refuses | finds | finds | is served nothing | – |
| … with `vault.key` and the log's key, second store too: a department's word | starts | finds (signature) | finds | FORK | no consistency proof |
| … a time of receipt put back between its neighbours | starts | **unseen** | **unseen** | FORK | no consistency proof |
| … a time before that of the leaf before | starts | finds | finds | TIME, FORK | no consistency proof |
| puts back an older store, not the second store | refuses | finds | finds (it begins with verify) | is served nothing | – |
| puts back both | starts | **unseen** | **unseen** | SHRUNK, then FORK | no consistency proof |

Tests: `tests/attackers/tampering/test_whole.py`, `tests/attackers/test_backup.py`, `test_log_key.py`; more in
[provenance.md](provenance.md#the-attacker)."""
