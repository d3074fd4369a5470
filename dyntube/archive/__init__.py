"""The day files: write, list, read, verify, export. Elsewhere, only DuckDB in `engine` reads them.

In: the views of a UTC day and scope, and the metadata of their fetch. Out: files, a `DayInfo` for
each, and up to when views are known.
"""
