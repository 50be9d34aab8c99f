"""Settlement (정산): tranches with their milestones, the claims of research teams against them, and lots for review."""
