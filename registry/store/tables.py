"""The tables, as SQLAlchemy Core. Where a row lives:

==============  =========  =====================================================================
table           kind       one row for
==============  =========  =====================================================================
statement       log        each statement, by position: sealed payload, signatures, leaf
batch           log        each signature over many statements: header and the hashes of its leaves
person          log        each natural person: keyed hash, sealed number and secret
refusal         own        each refused statement
query_log       own        each question about a natural person
execution       own        each report of what was done with a verdict, and what gives that verdict again
notice          own        each thing that somebody is to be told, and when he said that he has it
subscription    own        each caller who is told of every change in its domains
recipient       own        each decision of which a caller was told in an answer
meta            own        facts about the store
cosignature     own        each witness's signature under a checkpoint
event           derived    each statement about a subject, and what became of it
ground          derived    each version of what a statement left: valid time (first, last), known [from, to)
mark            derived    each version of a note on a statement: stay, objection, contest
link            derived    each end of a link between two codes, known [from, to)
subject         derived    each interval of positions during which a subject is known
name            derived    each name in use, known [from, to); and as it was stated
name_gram       derived    each pair of characters of a name, to search by
change          derived    each subject whose record a statement changed, see ``change_rows``
chain           derived    head of each subject's chain of leaves
tile            derived    each full tile of the tree: 256 hashes, and the root over them
map_entry       derived    each key of the map as of the state that was logged last
registry_key    derived    each key of the registry's own
department      derived    each registration (all versions)
official, key   derived    latest entry
delivery        derived    each delivery of a list's source
anchor          derived    each time anchor: the checkpoint stamped, and the instants its stamp allows
edition         derived    each catalogue edition: who drafted, reviewed and adopted it, and when
ban_case        derived    each ban case, with what its last step made of it
remedy          derived    each objection and application for repair, with what became of it
file            derived    each file of supervision with its acts, without their texts
checkpoint      derived    one row: the tree's state and the signed note
==============  =========  =====================================================================

Days are ISO text, instants are Unix milliseconds, documents and registrations are serialised
protobuf as they stood in the statement. A ``number`` of an own record is given when it is written, one above
the highest there is. Kinds of columns are in ``columns``, migrations in ``migrations/``.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, MetaData, PrimaryKeyConstraint, Table, UniqueConstraint

from registry.store.columns import blob as _blob
from registry.store.columns import integer as _int
from registry.store.columns import text as _text

metadata = MetaData()


def _table(name: str, *parts: Column[object] | PrimaryKeyConstraint | UniqueConstraint | Index) -> Table:
    return Table(name, metadata, *parts, sqlite_strict=True)


meta = _table("meta", _text("name", key=True), _text("value"))

statement = _table(
    "statement",
    _int("position", key=True),
    _text("department"),
    _text("statement_id"),
    _text("subject"),
    _text("payload_type"),
    _blob("sealed_payload"),
    _blob("signatures"),
    _blob("leaf"),
    _blob("batch", null=True),
    _int("batch_index", null=True),
    _int("erased_by", null=True),
    UniqueConstraint("department", "statement_id", name="statement_by_id"),
    Index("statement_by_subject", "subject", "position"),
)

batch = _table(
    "batch",
    _blob("header_hash", key=True),
    _text("department"),
    _text("batch_id"),
    _blob("header"),
    _blob("leaves"),
    UniqueConstraint("department", "batch_id", name="batch_by_id"),
)

person = _table("person", _text("ref", key=True), _blob("sealed"))

refusal = _table(
    "refusal",
    _int("number", key=True),
    _text("department"),
    _text("statement_id"),
    _blob("payload_sha256"),
    _int("received_ms"),
    _blob("faults"),
    Index("refusal_by_department", "department", "number"),
)

query_log = _table(
    "query_log",
    _int("number", key=True),
    _int("asked_ms"),
    _text("caller"),
    _text("subject"),
    _int("domain"),
    _text("reference"),
    _text("reason"),
    _int("known_position"),
    _int("verdict"),
    Index("query_log_by_time", "asked_ms", "number"),
    Index("query_log_by_caller", "caller", "asked_ms", "number"),
    Index("query_log_by_subject", "subject", "asked_ms", "number"),
)

execution = _table(
    "execution",
    _int("number", key=True),
    _text("caller"),
    _text("report_id"),
    _int("recorded_ms"),
    _text("subject"),
    _int("domain"),
    _text("reference"),
    _blob("matter"),
    _int("valid_ms"),
    _int("known_position"),
    _text("edition"),
    _int("verdict"),
    _int("action"),
    _text("measure_codes"),
    _text("reason"),
    UniqueConstraint("caller", "report_id", name="execution_by_id"),
    Index("execution_by_caller", "caller", "number"),
)

event = _table(
    "event",
    _int("position", key=True),
    _text("department"),
    _text("statement_id"),
    _text("subject"),
    _text("category"),
    _text("list_code"),
    _text("effective_from", null=True),
    _int("state"),
    _int("ended_position", null=True),
    _int("repaired_position", null=True),
    _text("names"),
    _int("settles_names"),
    UniqueConstraint("department", "statement_id", name="event_by_id"),
    Index("event_by_subject", "subject", "position"),
    Index("event_by_department", "department", "position"),
)

ground = _table(
    "ground",
    _int("position"),
    _int("ordinal"),
    _int("known_from"),
    _int("known_to", null=True),
    _text("subject"),
    _int("kind"),
    _text("code"),
    _text("first"),
    _text("last", null=True),
    _int("subject_kind"),
    _blob("document"),
    _text("legal_basis"),
    _text("department"),
    _text("statement_id"),
    _text("edition"),
    _text("law_date"),
    _int("lifetime"),
    _text("region"),
    _text("industry"),
    _text("activity"),
    _int("capacity"),
    _text("facts", null=True),
    _int("ended"),
    PrimaryKeyConstraint("position", "ordinal", "known_from"),
    Index("ground_by_code", "kind", "code", "position", "ordinal"),
    Index("ground_by_subject", "subject"),
)

mark = _table(
    "mark",
    _int("position"),
    _int("known_from"),
    _int("known_to", null=True),
    _text("subject"),
    _int("target"),
    _int("kind"),
    _text("first"),
    _text("last", null=True),
    PrimaryKeyConstraint("position", "target", "known_from"),
    Index("mark_by_subject", "subject"),
)

link = _table(
    "link",
    _int("position"),
    _text("subject"),
    _text("other"),
    _int("kind"),
    _int("outgoing"),
    _text("effective_on", null=True),
    _int("known_from"),
    _int("known_to", null=True),
    PrimaryKeyConstraint("position", "subject", "outgoing"),
    Index("link_by_subject", "subject"),
)

name = _table(
    "name",
    _text("subject"),
    _text("name"),
    _int("settled"),
    _int("known_from"),
    _int("known_to", null=True),
    _int("number"),
    _text("spelling"),
    PrimaryKeyConstraint("subject", "name", "settled", "known_from"),
)

name_gram = _table("name_gram", _text("gram"), _text("subject"), PrimaryKeyConstraint("gram", "subject"))

change = _table(
    "change", _int("position"), _text("subject"), _int("erasure"), PrimaryKeyConstraint("position", "subject")
)

delivery = _table(
    "delivery",
    _int("position", key=True),
    _text("list_code"),
    _text("as_of"),
    _text("department"),
    _int("doubted_from", null=True),
)

anchor = _table("anchor", _int("position", key=True), _int("size"), _int("earliest_ms"), _int("latest_ms"))

subject = _table(
    "subject",
    _text("ref"),
    _int("known_from"),
    _int("known_to", null=True),
    PrimaryKeyConstraint("ref", "known_from"),
)

chain = _table("chain", _text("subject", key=True), _int("sequence"), _blob("head"))

department = _table("department", _int("position", key=True), _text("code"), _blob("registration"))

official = _table(
    "official",
    _text("department"),
    _text("official_id"),
    _int("position"),
    _int("revoked_position", null=True),
    _blob("registration"),
    PrimaryKeyConstraint("department", "official_id"),
)

key = _table(
    "key",
    _text("keyid", key=True),
    _int("position"),
    _int("revoked_position", null=True),
    _int("revocation_reason"),
    _blob("enrolment"),
)

edition = _table(
    "edition",
    _text("hash", key=True),
    _int("entered"),
    _text("label"),
    _text("drafted", null=True),
    _text("reviewed", null=True),
    _int("lawful"),
    _text("opinion"),
    _text("adopted", null=True),
    _text("in_force_from"),
    _text("filing_number"),
    _text("filed_on", null=True),
)

ban_case = _table(
    "ban_case",
    _text("department"),
    _text("case_number"),
    _text("subject"),
    _int("opened"),
    _int("changed"),
    _text("decision_number", null=True),
    _blob("told"),
    PrimaryKeyConstraint("department", "case_number"),
    UniqueConstraint("department", "decision_number", name="ban_case_by_decision"),
)

remedy = _table(
    "remedy",
    _text("department"),
    _text("statement_id"),
    _text("subject"),
    _int("filed"),
    _int("changed"),
    _blob("told"),
    PrimaryKeyConstraint("department", "statement_id"),
)

_FILES_BY = ("kind", "department", "addressee", "subject", "source")
file = _table(
    "file",
    _int("kind"),
    _text("department"),
    _text("number"),
    _text("subject"),
    _text("matter"),
    _text("addressee"),
    _text("source"),
    _int("opened"),
    _int("changed"),
    _blob("told"),
    PrimaryKeyConstraint("kind", "department", "number"),
    *(Index(f"file_by_{name}", name, "opened") for name in _FILES_BY),
)

notice = _table(
    "notice",
    _int("number", key=True),
    _text("notice_id"),
    _text("addressee"),
    _int("addressee_kind"),
    _int("position"),
    _int("target", null=True),
    _text("subject"),
    _int("made_ms"),
    _int("acknowledged_ms", null=True),
    _blob("told"),
    UniqueConstraint("notice_id", name="notice_by_id"),
    Index("notice_by_addressee", "addressee", "number"),
    Index("notice_waiting", "addressee", "acknowledged_ms", "number"),
    Index("notice_by_position", "position"),
    Index("notice_by_target", "target"),
)

subscription = _table("subscription", _text("caller", key=True), _int("since_ms"))

recipient = _table(
    "recipient",
    _int("position", key=True),
    _text("caller", key=True),
    _int("domain", key=True),
)

tile = _table(
    "tile",
    _int("level"),
    _int("number"),
    _blob("hashes"),
    _blob("root"),
    PrimaryKeyConstraint("level", "number"),
)

map_entry = _table("map_entry", _blob("subject_key", key=True), _int("count"), _blob("head"))

registry_key = _table(
    "registry_key",
    _text("keyid", key=True),
    _int("purpose"),
    _int("suite"),
    _blob("public_key"),
    _int("added"),
    _int("retired", null=True),
)

cosignature = _table(
    "cosignature", _int("size"), _text("name"), _text("line"), PrimaryKeyConstraint("size", "name")
)

checkpoint = _table(
    "checkpoint",
    _int("id", key=True),
    _int("size"),
    _blob("frontier"),
    _int("last_received_ms"),
    _text("note"),
)
