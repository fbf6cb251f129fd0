"""Many programs on one account."""
