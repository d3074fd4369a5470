"""The day files: written, listed, read, verified, exported. Nothing else touches them.

In: the views of a UTC day and scope, with what is known of their fetch. Out: files, a `DayInfo` of
each, and up to when views are known.
"""
