"""Private files, whole or absent: 0600 from the first byte, never over another by default.

In this order: `open_key_directory` makes, checks and locks the directory, `reserve` checks a
destination and takes its space, then the caller queries AWS, and `save` writes, flushes, names,
flushes again and reads back. `write_file` does the same for what is no key.
"""
