"""Queries as values.

In: names of metrics and dimensions, a period, filters. Out: a `Query` that an engine can answer.
Pure: no files, no clock.
"""
