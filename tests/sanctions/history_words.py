"""What random histories speak of: days, kinds, regions, lists, measures, roles, notes (see ``histories``)."""

from __future__ import annotations

from datetime import date
from typing import Any

from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2

RECEIVED_ON = date(2027, 3, 1)
"""Every statement is received on this day; what it speaks of lies before, most of it."""
FIRST_DAY = date(2023, 6, 1)
ADOPTED_FROM = (date(2024, 1, 1), date(2025, 3, 1), date(2026, 4, 1))
"""Days from which another edition may be law."""
KINDS = [
    *[subject_pb2.SUBJECT_KIND_ENTERPRISE] * 6,
    subject_pb2.SUBJECT_KIND_SOLE_TRADER,
    subject_pb2.SUBJECT_KIND_INSTITUTION,
    subject_pb2.SUBJECT_KIND_COOP,
    subject_pb2.SUBJECT_KIND_BRANCH,
]
PERSON = subject_pb2.SUBJECT_KIND_NATURAL_PERSON
REGIONS = [*[""] * 10, "130900", "130902", "130903", "130973", "130983", "130971"]
INDUSTRIES = [*[""] * 10, "E", "E47", "E4710", "E471", "C13"]
ASKED_REGIONS = [*REGIONS, "130000", "110000", "13", "130002"]
ASKED_INDUSTRIES = [*INDUSTRIES, "E48", "e47", "E99", "ZZ"]
LISTS = ["L-01", "L-01", "L-02", "L-03", "L-04", "L-06", "L-09", "L-05", "L-20", "L-13", "L-90"]
LIKELY = [
    "M-PRO-01",
    "M-BID-01",
    "M-BID-02",
    "M-BID-05",
    "M-BUS-13",
    "M-BUS-14",
    "M-EXI-01",
    "M-GEN-01",
    "M-BUS-12",
]
DOMAINS = [*[subject_pb2.DOMAIN_PROCUREMENT] * 6, *[subject_pb2.DOMAIN_BIDDING] * 5]
ROLES: list[Any] = [*subject_pb2.SubjectRole.values(), *[subject_pb2.SUBJECT_ROLE_BIDDER] * 12, 99]
NOTES = {
    pb.NOTED_STATUS_STAYED: "STAYED",
    pb.NOTED_STATUS_RESUMED: "RESUMED",
    pb.NOTED_STATUS_OBJECTED: "OBJECTED",
    pb.NOTED_STATUS_OBJECTION_SETTLED: "OBJECTION_SETTLED",
    pb.NOTED_STATUS_CONTESTED: "CONTESTED",
    pb.NOTED_STATUS_CONTEST_ENDED: "CONTEST_ENDED",
}
LINKS = {
    pb.SUBJECT_LINK_KIND_SUCCESSION: "SUCCESSION",
    pb.SUBJECT_LINK_KIND_MERGER: "MERGER",
    pb.SUBJECT_LINK_KIND_BRANCH: "BRANCH",
}
