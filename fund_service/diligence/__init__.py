"""Due diligence: reviews on a rubric, the checklist, documents, notes, tasks, and what a deal does for its region."""
