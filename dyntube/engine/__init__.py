"""Answers to questions.

In: a `Query`. Out: a frame, one row for each combination of its dimensions. DuckDB reads the day
files, and the newest days from memory.
"""
