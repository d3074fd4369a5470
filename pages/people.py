"""Who may see what, for administrators."""

from dyntube import ui

ui.people()
