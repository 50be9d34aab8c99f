"""The investment committee: meetings, votes one a human being, declared interests that recuse, approvals that bind."""
