"""Admission under load (过载时的取舍): who is let in first, who waits, and who is told at once to come again.

* ``classes``  which class a call is of, by who calls and what: one written table
* ``lanes``    the scheduler: pure, its clock an argument
* ``refusals`` what a refused call is told, and when it should come again
* ``lately``   whether of a class more comes than can be served
* ``pool``     the threads that serve what the lanes hand out
* ``door``     where gRPC hands a call over, before anything is spent on it
* ``wire``     the thread that reads the wire reads first
* ``share``    how that thread is shared, for what it answers itself

See docs/decisions/0046.
"""
