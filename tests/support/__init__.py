"""Helpers of all tests: servers, keys, programs, documents."""
