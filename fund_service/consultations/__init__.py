"""Regulatory consultations in parallel to projects: their deadlines, their outcome, the deals whose gates wait."""
