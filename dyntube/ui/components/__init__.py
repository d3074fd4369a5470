"""Components of our own: HTML that keeps its place in the page while its content changes.

Each has a Python function here and a module of the same name in `assets/`, which the browser loads
from this server. Data goes to the browser as plain values, which it shows as text, never as markup.
What comes back is not trusted: it is looked up among what was sent, or read like a URL.
"""
