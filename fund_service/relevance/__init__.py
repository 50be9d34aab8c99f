"""The relevance watch of running projects: runs, reviews, and what is proposed and decided in them."""
