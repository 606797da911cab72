"""The faults of the network and of the database, in the order of the table."""

from __future__ import annotations

from torture.fault import Fault
from torture.network import cluster, cuts, outward, replica, silence, stamps, stops, web, wires

FAULTS: tuple[Fault, ...] = (
    *cuts.FAULTS,
    *stops.FAULTS,
    *silence.FAULTS,
    *cluster.FAULTS,
    *replica.FAULTS,
    *wires.FAULTS,
    *web.FAULTS,
    *outward.FAULTS,
    *stamps.FAULTS,
)
