"""Instances as ssh sees them: hosts, the text of its configuration, its files."""
