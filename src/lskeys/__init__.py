"""Manage Amazon Lightsail SSH key pairs from the command line."""

__version__ = "0.1.0"
