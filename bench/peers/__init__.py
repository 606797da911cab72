"""Side by side with what an integrator would write instead: ``make bench-peers``.

One question, asked of everybody in one run on one machine: *is this organisation in the restricted set,
today, and for what reasons?* Everybody holds the same set, the registry's own answers about every restricted
firm, and is asked about the same codes, of which 1 % are restricted. Before anything is timed every way
answers the whole sample, and a way that answers one code otherwise than the registry ends the run.

    registry     Check, BatchCheck and CheckColumns over gRPC with mutual TLS; Replica in the caller's process
    PostgreSQL   a select by key, prepared, by psycopg; ``= ANY``; over a socket of the file system, no TLS
    Redis        GET, MGET and pipelined GET by redis-py with hiredis; such a socket too; JSON values
    Cedar        one policy for each measure, the restricted firms as entities, parsed once; in process
    Rego (OPA)   a compiled query by rego-cpp, the firm's entries as its input; in process
    dict         the entries in a dict of Python: no engine, the floor that nothing in process goes below

*Per core* is one second by the CPU seconds that server and client take together for a code: nobody gains by
leaving work to the other side. Calls go one after the other, rounds are interleaved, figures are medians.

What the peers do not do, and the registry does in the time that is measured: encrypt and ask who calls, say
what was examined where nothing was found, tell unknown codes and unsettled cases from clear ones, name the
position and the edition. "BatchCheck, brief" leaves out what was examined and tells of a restriction what the
peers tell.
"""
