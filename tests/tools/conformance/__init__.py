"""Other people's clients against the sandbox: which operation each of them can use."""
