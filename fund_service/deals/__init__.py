"""The deal pipeline: from first look to exit, gates that name what is missing, duplicates, board and list."""
