"""Import of files: read, map to our columns, check every value, then add or change rows, all or nothing.

A file flows through the modules in this order: ``readers`` opens it as rows of cells; ``maps`` and ``presets`` say
which cell is which of our columns; ``columns`` and ``values`` read each cell; ``records`` checks each row as a whole;
``upserts`` writes. ``commands`` holds the one public function.
"""
