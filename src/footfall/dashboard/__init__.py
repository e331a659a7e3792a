"""The dashboard: pages for the people of a business, below ``/dashboard``.

A request comes in at ``application``, ``gate`` tells whose it is and whether it may change
something, a page's own module reads and changes the store, ``pages`` turns a template into the
answer. Nothing here is loaded before somebody asks for the first page.
"""

from footfall.dashboard.application import build

__all__ = ["build"]
