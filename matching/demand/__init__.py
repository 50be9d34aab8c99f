"""From what ownership groups say and commit to what is asked for most: index, trend, gap, priority, relevance."""
