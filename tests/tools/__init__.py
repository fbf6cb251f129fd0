"""Longer runs: fuzzing, load, mutants, sweeps."""
