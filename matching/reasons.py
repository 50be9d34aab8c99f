"""Say why a pair was proposed, in terms a reader can find in both texts and contradict."""
