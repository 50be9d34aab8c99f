"""The lexical leg: what shared terms weigh, and an index of them over many projects."""
