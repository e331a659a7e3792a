"""A small shop that tells Footfall what its visitors do: ``footfall demo``.

It stands where any shop stands, outside: it speaks to the server over HTTP with a private token,
and its pages load the server's own client. So it is an example to copy from. In reading order:

``stock`` and ``customers`` (what the shop has and whom it knows) → ``api`` (its calls to Footfall)
→ ``outbox`` (calls that have to arrive) → ``prepare`` (what Footfall has to know before the first
visitor) → ``basket`` and ``orders`` (what is told of a sale) → ``journey`` (what Footfall knows,
explained) → ``visit`` (one visitor's state) → ``pages`` → ``shop`` (log in, sell) → ``routes`` →
``serve``.

The browser's half is ``static/shop.js``.
"""
