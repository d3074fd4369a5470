"""The pages' questions, answered by others: pandas, Polars and ClickHouse's engine.

`asked` notes the questions, `prepared` lays the views out for data frames, `with_pandas`,
`with_polars` and `with_chdb` answer, `contender` is the process that one of them runs in, `checked`
compares answers, and `measure` puts all of it together. `python -m benchmarks.rivals` runs it.
"""
