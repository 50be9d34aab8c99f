"""What the plan says, and a small invented fund to try things on; both loaded by natural key, any number of times.

``plan`` loads the reference data of ``data/``: one CSV file for each table, its source and dates in the comments above
the headings. ``demo`` loads the invented fund of ``demo/``: one JSON Lines file for each kind of record. ``reading``
reads both and names every fault by file, line and column; ``reports`` counts what a load did.
"""
