"""The columnar copy of everything that happened, from which reports and attribution read.

``columns`` says what is in it, ``archive`` fills it, ``compact`` and ``erase`` change it, ``query``
reads it. The store is the truth; the lake follows it a moment later.
"""
