"""Prints a page of the dashboard to a PDF, as a reader's browser would.

In: a page's path, and the Chromium on this machine. Out: a PDF. A server answers that browser alone
(`ui.server.for_print`), and nobody else can reach either: no port of the browser is open.
"""
