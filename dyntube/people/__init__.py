"""Who asks, and what they may see: persons, the rules of access.toml, limits, the audit log."""
