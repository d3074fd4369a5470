"""Parts of the command line: output, signals, and the commands accept and report."""
