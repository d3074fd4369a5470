"""Blocks shared by pages: cards, trends, tables, breakdowns, notes, the export menu."""
