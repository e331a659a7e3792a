"""Measures Footfall against an empty handler on the same HTTP server, on this machine.

``python -m bench`` (``make bench``) starts every server it needs in a temporary folder, drives them
with wrk, and compares what it finds with the targets in ``README.md``. Nothing in ``src`` knows of
it, and it opens no database but its own.
"""
