"""Formats: table for people (the only user of Rich), the others for programs. Pure."""
