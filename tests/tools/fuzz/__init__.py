"""All that parses, given what nobody would write."""
