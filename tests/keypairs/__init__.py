"""Tests of what is done with key pairs."""
