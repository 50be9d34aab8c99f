"""The glossary in use: the terms of ``seeds/glossary``, read once."""

from functools import cache
from pathlib import Path

import seeds
from matching.language.pivot import Glossary


@cache
def glossary() -> Glossary:
    """Give the Korean-English glossary of the technology fields."""
    return Glossary.read(sorted((Path(seeds.__file__).parent / "glossary").glob("*.tsv")))
