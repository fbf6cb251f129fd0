"""One file per command: the command line in, exit code and streams out."""
