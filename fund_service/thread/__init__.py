"""The thread: from a priority down to the won paid, and from any signal, match or deal back up to the priority."""
