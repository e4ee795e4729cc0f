"""Every public service of the rooms walked on the real database: who may, who may not, from which state, what is kept.

The appeals, which have states, have a walk of their own in `tests/appeals/walk`; the territory, the people and the
look at the whole database are shared. `expected.py` says who may, from the design's pages; the samples say how each
service is called, what it changes and what refuses it. A service without a sample fails in `test_found.py`.
"""
