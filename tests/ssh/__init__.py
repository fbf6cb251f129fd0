"""Keys in a real lock: OpenSSH's server on localhost."""
