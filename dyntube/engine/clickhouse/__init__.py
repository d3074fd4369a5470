"""ClickHouse as an engine, for more views than one machine holds: docs/scaling.md.

In: the day files, loaded as they are stored, and queries. Out: the same answers as DuckDB's.
"""
