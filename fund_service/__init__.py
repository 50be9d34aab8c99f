"""Who may do what, over HTTP and the shell.

One package a domain, the same four files in each: ``schemas`` (what crosses the wire), ``queries`` (reads),
``commands`` (writes; they flush, never commit), ``controller`` (HTTP only).
"""
