"""What is done with key pairs: create, import, download, delete, tag, look up, verify."""
