"""Touches → conversions → paths → credit: which touch earned which sale.

``paths`` is the value the models are handed, ``rules`` gives the weights of a path's touches,
``markov`` and ``shapley`` look at all paths together, ``allocate`` turns weights into money.
"""
