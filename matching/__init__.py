"""Compare demand with research: plain values and arrays in, plain values out, no database and no web.

A brief holds what is known of one project or one signal (``brief``); its texts are read in ``language``. An encoder
turns what it can read into unit vectors (``encoding``), the lexical leg weighs the terms both sides share
(``lexical``), and an investor's accepted projects draw the signal's vector (``profile``). A yardstick, fitted once and
frozen, says what a value of either leg is worth (``yardstick``), and a matcher blends both with the structured fit into
one score in [0, 1] (``matcher``, ``blend``), with the hard gates kept apart from it (``facts``). Very many pairs are
searched exactly (``search``). Every match can say why (``explaining``); what people answer teaches how likely each side
accepts (``acceptance``), and rounds share out everybody's capacities (``assignment``). Signals gather into named themes
(``themes``). All of it is measured on judged sets (``evaluation``); every number chosen stands in ``parameters``.
"""
