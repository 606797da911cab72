"""Admission under load (过载时的取舍): who is let in first, who waits, and who is told at once to come again.

* ``classes``  which class a call is of, by who calls and what: one written table
* ``lanes``    the scheduler: pure, its clock an argument
* ``refusals`` what a refused call is told, and when it should come again
* ``pool``     the threads that serve what the lanes hand out
* ``door``     where gRPC hands a call over, before anything is spent on it

See docs/decisions/0046.
"""
