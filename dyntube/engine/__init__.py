"""Answers to queries.

In: a `Query`. Out: a DataFrame, one row per combination of its dimensions. DuckDB reads the day
files, and the newest days from memory.
"""
