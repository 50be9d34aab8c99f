"""Regional R&D and Leap projects: spillover into regions, assessed by people apart, and what anchor companies state."""
