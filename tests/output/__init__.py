"""Tests of what results look like."""
