"""A file of history becomes events, through the HTTP API a stranger would use.

``mapping`` (TOML → expressions) → ``source`` (file → table of numbered rows) → ``expressions``
(checked SQL) → ``rows`` (prepared events) → ``sender`` (HTTP) → ``progress`` (how far we are, on
disk) → ``report``; ``run`` puts them together. Nothing here opens Footfall's database.
"""
