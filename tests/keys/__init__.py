"""Tests of key material."""
