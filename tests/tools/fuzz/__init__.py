"""All that parses, given what no tool would write."""
