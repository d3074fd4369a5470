"""What the commands of `dyntube.__main__` share: output, signals, how doubts are accepted."""
