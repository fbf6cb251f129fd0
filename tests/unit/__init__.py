"""What needs no disk of its own and no network."""
