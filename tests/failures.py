"""Says which tests fail, and why, when they do; pytest's own report comes at the end of all."""

from __future__ import annotations

import pytest


class _Failures:
    def __init__(self, terminal: pytest.TerminalReporter) -> None:
        self._terminal = terminal

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Also hears what the other processes of a run report."""
        if report.failed:
            self._terminal.ensure_newline()
            self._terminal.write_line(f"FAILED {report.nodeid} - {report.when}", red=True)
            self._terminal.write_line(report.longreprtext)
            self._terminal.flush()


@pytest.hookimpl(trylast=True)  # the terminal's own plugin comes with the same hook
def pytest_configure(config: pytest.Config) -> None:
    """Listen where there is a terminal: in the first process of a run."""
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if terminal:
        config.pluginmanager.register(_Failures(terminal))
