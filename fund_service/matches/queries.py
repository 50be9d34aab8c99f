"""Reads of matches: those of a signal, and one in full; whoever may read the signal may read them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from fund_service.accounts.callers import Caller
from fund_service.answers.listing import answered, listed, place_of
from fund_service.answers.profile import accepted_projects
from fund_service.deals.thread import deals_of_match
from fund_service.exports import Cell
from fund_service.matches.briefs import project_passages
from fund_service.matches.contradictions_queries import contradictions_of_pair
from fund_service.matches.explaining import sentence_pairs, what_would_change
from fund_service.matches.method import MatchMethod
from fund_service.matches.parties import free_of_conflict
from fund_service.matches.schemas import MatchDetail, MatchedProject, MatchView, PassageView, SignalMatchesView
from fund_service.matches.wording import Names, gate_view, type_sentences
from fund_service.signals.queries import signal_view, visible_to
from matching.brief import Passage, passages_of
from matching.encoding.encoder import Encoder
from models.clock import business_date
from models.errors import RecordNotFound
from models.match import Match, MatchRun
from models.plan import Region, TechnologyField
from models.project import ProjectField, RndProject

NOT_EVIDENCE = frozenset({"gates", "shares"})


def signal_matches(
    session: Session, signal_id: UUID, *, caller: Caller, method: MatchMethod, at: datetime
) -> SignalMatchesView:
    """Show what answers a signal and what nearly does, best first.

    Raises
    ------
    RecordNotFound
        When the caller may not know of the signal.
    """
    signal = signal_view(session, signal_id, caller=caller, method=method, at=at)
    rows = session.exec(
        select(Match, MatchRun)
        .join(MatchRun, col(MatchRun.id) == col(Match.run_id))
        .where(Match.signal_id == signal_id, free_of_conflict(business_date(at)))
        .order_by(col(Match.eligible).desc(), col(Match.rank))
    ).all()
    views = listed(session, match_views(session, rows), owner_id=signal.organisation_id, caller=caller)
    return SignalMatchesView(
        signal=signal,
        status=signal.matching,
        encoder=rows[0][1].encoder if rows else None,
        matched_at=signal.matched_at,
        eligible=[view for view in views if view.eligible],
        near_misses=[view for view in views if not view.eligible],
    )


def match_detail(
    session: Session,
    match_id: UUID,
    *,
    caller: Caller,
    reads_deals: bool,
    method: MatchMethod,
    encoder: Encoder,
    at: datetime,
) -> MatchDetail:
    """Show one match beside its signal, with the deals made of it; without ``reads_deals`` only their stages.

    A pair that a conflict of interest keeps apart is not there, and why is told to nobody.

    Raises
    ------
    RecordNotFound
        When there is none, or it belongs to a signal the caller may not know of.
    """
    visible = visible_to(caller).subquery()
    row = session.exec(
        select(Match, MatchRun)
        .join(MatchRun, col(MatchRun.id) == col(Match.run_id))
        .join(visible, visible.c.id == col(Match.signal_id))
        .where(Match.id == match_id, free_of_conflict(business_date(at)))
    ).first()
    if row is None:
        raise RecordNotFound("There is no such match among those you may see.")
    match, run = row
    signal = signal_view(session, match.signal_id, caller=caller, method=method, at=at)
    project = session.get_one(RndProject, match.project_id)
    pairs, reading = sentence_pairs(session, encoder, method, signal_text=signal.text, project=project)
    suppositions, rank_if_open = what_would_change(session, match, run, signal=signal)
    [view] = answered(session, match_views(session, [row]), owner_id=signal.organisation_id, caller=caller)
    listed_with = session.exec(
        select(Match).where(Match.signal_id == match.signal_id, free_of_conflict(business_date(at)))
    ).all()
    return MatchDetail(
        signal=signal,
        status=signal.matching,
        encoder=run.encoder,
        parameters=run.parameters,
        match=view.model_copy(update={"place": place_of(session, match, among=listed_with)}),
        signal_passages=_passages(passages_of(signal.text)),
        project_passages=_passages(project_passages(project)),
        accepted_projects=len(accepted_projects(session, [match.signal_id]).get(match.signal_id, ())),
        sentence_pairs=pairs,
        sentence_reading=reading,
        what_ifs=suppositions,
        rank_if_open=rank_if_open,
        contradictions=contradictions_of_pair(session, match.signal_id, match.project_id, caller=caller),
        deals=deals_of_match(session, match, reads_deals=reads_deals),
    )


def _passages(passages: Sequence[Passage]) -> list[PassageView]:
    return [PassageView(language=passage.language, text=passage.text) for passage in passages]


def match_views(session: Session, rows: Sequence[tuple[Match, MatchRun]]) -> list[MatchView]:
    """Show matches with their projects, gates in words, and evidence, in a fixed number of statements."""
    regions, fields = _names(session, Region), _names(session, TechnologyField)
    projects = _matched_projects(session, [match.project_id for match, _ in rows], regions=regions)
    return [
        MatchView(
            id=match.id,
            signal_id=match.signal_id,
            project=projects[match.project_id],
            eligible=match.eligible,
            rank=match.rank,
            score=match.score,
            components=match.components,
            shares=match.reasons["shares"],
            gates=[gate_view(gate, regions=regions, fields=fields) for gate in match.reasons["gates"]],
            evidence={name: value for name, value in match.reasons.items() if name not in NOT_EVIDENCE},
            run_id=match.run_id,
            method_digest=run.method_digest,
            matched_at=match.recorded_at,
        )
        for match, run in rows
    ]


def _matched_projects(session: Session, project_ids: Sequence[UUID], *, regions: Names) -> dict[UUID, MatchedProject]:
    fields: dict[UUID, list[str]] = {}
    for link in session.exec(
        select(ProjectField).where(col(ProjectField.project_id).in_(project_ids)).order_by(col(ProjectField.field_code))
    ):
        fields.setdefault(link.project_id, []).append(link.field_code)
    wanted = frozenset(MatchedProject.model_fields) - {"field_codes", "type_ko", "type_en"}
    shown = {}
    for project in session.exec(select(RndProject).where(col(RndProject.id).in_(project_ids))):
        korean, english = type_sentences(project.project_type, project.host_region_codes, regions=regions) or (
            None,
            None,
        )
        shown[project.id] = MatchedProject(
            **project.model_dump(include=set(wanted)),
            field_codes=fields.get(project.id, []),
            type_ko=korean,
            type_en=english,
        )
    return shown


def _names(session: Session, table: type[Region] | type[TechnologyField]) -> Names:
    return {code: (korean, english) for code, korean, english in session.exec(
        select(table.code, table.name_ko, table.name_en)
    ).all()}  # fmt: skip


def match_rows(view: SignalMatchesView) -> tuple[list[str], list[list[Cell]]]:
    """Lay the matches of a signal out as a table for export: column heads and rows."""
    heads = [
        "rank", "eligible", "score", "project_id", "title_ko", "title_en", "need_krw", "region", "project_type",
        "trl_now", "trl_target", "shared_terms", "missed_gate_ko", "missed_gate_en",
    ]  # fmt: skip
    rows: list[list[Cell]] = []
    for match in (*view.eligible, *view.near_misses):
        missed = next((gate for gate in match.gates if gate.change is not None), None)
        project = match.project
        rows.append([
            match.place, "yes" if match.eligible else "no", match.score,
            str(project.id), project.title_ko, project.title_en,
            project.need_krw, project.region_code, project.project_type.value, project.trl_now, project.trl_target,
            shared_terms(match),
            missed.sentence_ko if missed else None, missed.sentence_en if missed else None,
        ])  # fmt: skip
    return heads, rows


def shared_terms(match: MatchView) -> str:
    """Name the terms that both sides share, heaviest first."""
    return ", ".join(str(term["term"]) for term in match.evidence.get("terms", []))
