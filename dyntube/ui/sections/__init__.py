"""Sections that belong to a single page."""
