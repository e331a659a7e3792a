"""Footfall: customer events in, each sale explained.

An event walks through these folders in this order::

    ingest/asgi ① wire → authenticate ② → decode, payloads ③ → resolve ④
        → store/writer, store/append ⑤ one commit for many → ingest/outcome ⑥ 201
        → lake/archive ⑦ a moment later, in columns
        → attribution/run ⑧ touches, conversions, credit → reports ⑨ → api, cli ⑩

The commonest ones go from the listener to ⑤ in one step, ``ingest/at_once``.

``domain`` holds the nouns and their rules and touches no file, socket or database. ``api`` serves
everything that is not on the hot path, ``ops`` looks after the process, ``cli`` is the way in for
an operator, and ``app`` is the only module that knows every part.
"""

__all__ = ["__version__"]

__version__ = "0.1.0"
