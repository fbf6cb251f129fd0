"""One file a verb: the command line in, exit code and streams out."""
