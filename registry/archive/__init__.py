"""The whole registry in an open format (docs/open-format.md): writing it out, taking it into either engine.

`format` says what lies in an archive and `shelf` how its files are written, summed, sealed and read;
`writing` takes one state of a store to files, `importing` folds such files into a new store again.
"""
