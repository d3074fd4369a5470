"""Whether stored days can be trusted: which are in doubt, accepted, damaged or missing, and why.

In: what the archive knows of its days. Out: `Trust`, the state of each day, sentences for people.
"""
