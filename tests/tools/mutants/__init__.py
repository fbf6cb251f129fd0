"""Mutation testing: the code that must not be wrong, made wrong in every small way."""
