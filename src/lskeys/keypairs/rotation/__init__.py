"""Replacing the default key pair: plan, journal, carry out, report."""
