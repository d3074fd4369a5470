"""Hosting: several app processes behind one proxy."""
