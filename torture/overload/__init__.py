"""Three times the load that it carries (过载): what ``make overload`` does and shows.

* ``mix``    who asks for what: calls of every class, as in the opening hour of bids
* ``wire``   many callers from one thread, over raw HTTP/2, so that the load costs little beside the server
* ``ground`` the server: ``registry serve`` over an installation of its own, and what it uses of the machine
* ``phases`` capacity, the normal load, three times the capacity, the normal load again; and what came of it
* ``graph``  the picture, as SVG
"""
