"""What the registry achieves on this machine, as ratios within one run: ``make bench``.

Absolute figures say as much about the machine as about the program, so every target but one is a ratio
to something measured in the same minute on the same cores: the empty echo handler of the same server, or
bare signature verification by the same library. docs/benchmarks.md holds a table and how to read it.

The server is the real one, in a process of its own, on a store on the disk of the repository; the load
comes from this process. Where the machine has two cores, the server is bound to one and the load to another.
"""
