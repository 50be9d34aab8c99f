"""Money: instructions, checks, entries, instruments, and what each balance is made of."""
