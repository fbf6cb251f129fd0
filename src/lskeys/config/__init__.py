"""Settings and their origins: flags > environment > file > defaults; platformdirs' only home."""
