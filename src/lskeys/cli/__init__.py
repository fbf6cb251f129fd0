"""The command line: words in, an exit code out; the only user of Typer."""
