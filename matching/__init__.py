"""Compare demand with research: plain values and arrays in, plain values out, no database and no web.

Texts are normalised and told apart by language (``text``), a brief holds what is known of one project or one signal
(``brief``). An encoder turns what it can read into unit vectors (``encoder``), the lexical leg weighs the words and
syllables both sides share (``lexical``). A yardstick, fitted once and frozen, says what a value of either leg is worth
(``yardstick``), and a matcher blends them with the structured fit into one score in [0, 1] (``matcher``), with the hard
gates kept apart from it (``eligibility``). Every match can say why (``reasons``). Signals gather into named themes
(``themes``), and the same matcher is measured on judged sets (``retrieval_sets``, ``evaluation``), by slice
(``slices``) and against another setting (``significance``).
"""
