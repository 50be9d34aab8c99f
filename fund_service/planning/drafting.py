"""Candidates drafted from market demand: one for each theme that the release publishes."""

from sqlmodel import Session

from fund_service import locales
from fund_service.planning.evidence import PublishedTheme, published_themes
from models.person import PreferredLanguage
from models.planning import MOST_CANDIDATES, CandidateOrigin, CandidateTheme, PlanningCandidate, PlanningRound


def draft_candidates(session: Session, planning_round: PlanningRound) -> None:
    """Draft a candidate for each published theme of the round's fields, those of most groups first."""
    themes = [
        theme
        for theme in published_themes(session, planning_round)
        if not planning_round.field_codes or theme.field_code in planning_round.field_codes
    ]
    for number, theme in enumerate(themes[:MOST_CANDIDATES], 1):
        candidate = PlanningCandidate(
            round_id=planning_round.id,
            number=number,
            origin=CandidateOrigin.THEME,
            field_code=theme.field_code,
            title_ko=theme.label_ko,
            title_en=theme.label_en,
            rationale_ko=_rationale(theme, PreferredLanguage.KOREAN),
            rationale_en=_rationale(theme, PreferredLanguage.ENGLISH),
        )
        session.add(candidate)
        session.flush()
        session.add(CandidateTheme(round_id=planning_round.id, theme_id=theme.id, candidate_id=candidate.id))
    session.flush()


def _rationale(theme: PublishedTheme, language: PreferredLanguage) -> str:
    """Say what speaks for a theme, for planners to go on from."""
    terms = theme.terms_ko if language is PreferredLanguage.KOREAN else theme.terms_en
    with locales.speaking(language):
        said = [locales.gettext("{groups} ownership groups ask for this.").format(groups=theme.groups)]
        if terms:
            said.append(locales.gettext("What they name: {terms}.").format(terms=", ".join(terms)))
    return " ".join(said)
