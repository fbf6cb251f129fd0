"""Tests of the rules of `audit`."""
