"""The tests of lskeys."""
