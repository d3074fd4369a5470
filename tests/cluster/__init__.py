"""Two real ClickHouse nodes, which `make test-cluster` starts."""
