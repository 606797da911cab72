"""Who is calling, and what they may do: mutual TLS, identity URIs and the policy table.

A caller proves by certificate who it is (``certificates`` makes them for development), its name is a URI
inside the certificate (``identity`` reads and writes it), and ``policy`` says what a caller of that role may
ask for. Nothing here reads the log or knows the law.
"""
