"""How the registry grows, from 10^4 restricted firms to 10^7: ``python -m bench.growth [SIZE …]``.

    make      the generation of the index (records, and the decision table of every domain) from records at
              hand; the making of those is taken off
    open      the same files opened again, as a process does that starts beside others; and checked, digests
              and all, as the first one does
    start     the server, from its start to its first answer, and until it has done what it does once after a
              start; and the memory that it has to itself
    one       a code in the decision table, in Python
    1,000     codes at once in it, with numpy
    record    a record read out of the index's file and decoded
    Check     by the wire, over mutual TLS, one call after the other: median and 99th percentile; and CPU time
              of the server with 32 calls under way

Every firm is restricted, has a decision of its own with number, name and days, and every question is about a
firm drawn anew, so that most of what an answer needs comes from memory that is cold. A small real registry is
filled by statements; its records, under other codes, are what the large index is made of, since a log of 10^7
statements takes hours to write and nothing that is measured here reads it. The server is the real one and
does not know the difference: the generation is made by the program's own code, with its tag and digests.

What is measured without a server is CPU time, but for opening.

10^7 is measured when it is named (``10000 100000 1000000 10000000``); it takes some
5 GB of disk, 10 GB of memory and 20 minutes.
"""
