"""What people write: notes on the time axis, saved views.

In: typed text. Out: entries in a database that several processes may write.
"""
