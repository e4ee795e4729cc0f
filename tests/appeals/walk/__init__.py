"""Every service of the appeals walked on the real database: what it leads to, who may call it, what it leaves behind.

`expected.py` says what should be, from the design's pages; `scenes.py` brings appeals there; `samples.py` calls the
services. A service without a sample, a state that cannot be reached, a right that nobody wrote down: each fails here.
"""
