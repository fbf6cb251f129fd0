"""Tests of the door to botocore."""
