"""English words of everyday talk: two texts that share one have not said anything of the same technology."""

import functools

from matching.language.terms import function_stems, stems_of

_EVERYDAY_WORDS = """
able accept actually add again ago ahead allow almost alone along already also although always amount another answer
anybody anything anywhere apart appear area around arrive ask avoid away back bad become begin behind believe belong
below best better big both bring call can cannot care carry case catch cause certain choose clear clearly close come
common complete concern consider continue could course day deal decide depend describe difference different difficult
do done down early easily easy effort either else end enough entire especially even ever every everybody everything
everywhere exactly example exist expect explain extra fact far fast fear feel few find first follow forward four free
full further general get give go goal good great group half happen hardly have help here hold hope idea important
include indeed instead interest issue itself join just keep kind know large last late later least leave left less let
lie like likely little live long look lose lot low main make many matter mean meet might mind minute miss month more
most move much must name near nearly need never new next nice nobody none nothing notice now number often old once one
only open order other ought outside over own part particular people perhaps place play please point possible prefer
present pretty problem promise provide purpose put question quick quickly quite rather reach ready real really reason
rest result return right run same say second see seek seem send serious set several short should show side similar
simple simply since small some somebody something sometimes somewhere soon stand start stay step still stop strong
such suggest sure take tell tend thank thing think third though thought three through throw time today together
tomorrow tonight too toward towards true truly try turn twice two understand unless until use useful usual usually
various very wait want way week well whatever whether while whole wide wish within without word work worry would write
wrong year yesterday yet
"""
"""None that technology speaks of as well: to build, to learn, to sort, a state, a hand, a fall."""


@functools.cache
def untelling_stems() -> frozenset[str]:
    """Return the stems of words that tell nothing of a technology: those of everyday talk, and function words."""
    return frozenset(stems_of(_EVERYDAY_WORDS)) | function_stems()
