"""An hour of work (长时运行): what ``make soak`` does, measures and holds against its beginning.

* ``town``     the installation, served by ``registry serve`` as it would be, and who works with it
* ``acts``     what is done: statements of every kind, questions, watches, streams that are cut, refused calls
* ``work``     the hands that do it, so many acts a second, and what became of each
* ``upkeep``   what goes on beside it: a backup under way, renewal by SIGHUP, followers from outside
* ``gauges``   what the processes hold: private memory, descriptors, threads, connections
* ``judge``    flat or not, and by how much

Memory is judged by what it holds beyond its data. The same few firms are stated about all the time, so that
the index hardly grows; but each statement leaves something behind that must be kept (a row of a chain, a
version of a ground). What that is, is measured at the end: as many statements again as fast as they go,
with nothing else done. What a process grew by more than its statements account for, from the first third
after the warm-up to the last, must be at most 5 % of it.
"""
