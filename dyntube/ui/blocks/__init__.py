"""What several pages draw: cards, trends, tables, breakdowns, notes, the export menu."""
