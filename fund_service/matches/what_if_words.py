"""Suppositions about a match in words, in two languages."""

from fund_service import locales
from matching.explaining.counterfactuals import Supposition
from models.person import PreferredLanguage

SENTENCES = {
    ("field", Supposition.FULL): "The project is in a wanted technology field.",
    ("region", Supposition.FULL): "The project is in a wanted region.",
    ("region_specific", Supposition.FULL): "The project is made for its regions, and lies in a wanted one.",
    ("region_specific", Supposition.STATED): "The project states its region, and it is a wanted one.",
    ("region_specific", Supposition.LEFT_OUT): "Place and region-specific type do not count.",
    ("trl", Supposition.FULL): "The project's TRL lies in the wanted range.",
    ("ticket", Supposition.FULL): "The money sought lies in the ticket range.",
    ("consortium", Supposition.FULL): "An anchor company with partner firms carries the project.",
    ("field", Supposition.STATED): "The project states its technology field, and it is a wanted one.",
    ("region", Supposition.STATED): "The project states its region, and it is a wanted one.",
    ("trl", Supposition.STATED): "The project states its TRL, and it lies in the wanted range.",
    ("ticket", Supposition.STATED): "The project states the money sought, and it lies in the ticket range.",
    ("consortium", Supposition.STATED): "The project names its consortium, an anchor company with partner firms.",
    ("dense", Supposition.LEFT_OUT): "Similar meaning does not count.",
    ("lexical", Supposition.LEFT_OUT): "Shared words do not count.",
    ("field", Supposition.LEFT_OUT): "Technology fields do not count.",
    ("region", Supposition.LEFT_OUT): "Regions do not count.",
    ("trl", Supposition.LEFT_OUT): "TRL does not count.",
    ("ticket", Supposition.LEFT_OUT): "Money does not count.",
    ("consortium", Supposition.LEFT_OUT): "The consortium does not count.",
}
"""What is supposed of each component."""


def supposed(component: str, supposition: Supposition) -> tuple[str, str]:
    """Say what is supposed, in Korean and in English."""
    said = []
    for language in (PreferredLanguage.KOREAN, PreferredLanguage.ENGLISH):
        with locales.speaking(language):
            said.append(locales.gettext(SENTENCES[component, supposition]))
    return said[0], said[1]
