"""Trust in stored days: which are in doubt, accepted, damaged or missing, and why.

In: the archive's metadata of its days. Out: `Trust`, the state of each day, sentences for people.
"""
