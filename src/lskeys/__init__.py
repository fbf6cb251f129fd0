"""Amazon Lightsail SSH key pairs, managed from the command line."""

__version__ = "0.1.0"
