"""The command line: words in, an exit code out; Typer's only home."""
