"""The same work done by others: the vendor's sample, data frames, ClickHouse's engine, a plain app.

`fetch` compares with `sample`, `pages` with the app in `plain`, `questions` with pandas, Polars and
chdb. For that, `asked` notes what pages ask, `prepared` lays the views out for data frames,
`with_pandas`, `with_polars` and `with_chdb` answer, `contender` is the process that one of them
runs in, `checked` compares answers, and `measure` puts all of it together.
"""
