"""What is known of queues in closed form, to hold the simulation against.

    M/D/1   ρ s / (2 (1 − ρ))             Pollaczek and Khinchine
    M/M/c   C(c, a) s / (c (1 − ρ))       Erlang's C: the chance to wait at all

with s the service time, a = λ s the load and ρ = a / c. Both are the mean wait before service.
"""

from __future__ import annotations

from math import factorial


def wait_of_one(rate: float, service_s: float) -> float:
    """Mean wait before service at one server whose service always takes the same time."""
    busy = rate * service_s
    return busy * service_s / (2 * (1 - busy))


def wait_of_many(rate: float, servers: int, service_s: float) -> float:
    """Mean wait before service at several servers with one queue and exponential service."""
    load = rate * service_s
    last = load**servers / factorial(servers) / (1 - load / servers)
    waiting = last / (sum(load**each / factorial(each) for each in range(servers)) + last)
    return waiting * service_s / (servers - load)
