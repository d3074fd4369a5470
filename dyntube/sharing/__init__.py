"""What people keep and share: notes on the time axis, saved views.

In: what somebody typed. Out: entries in a file that several processes may write.
"""
