"""Programs that take a client through the steps, each in the client's own language."""
