"""The invented investors' climb: what their signals claim, on documents, verified by people of the fund.

Signals of organisations without an account stay what a file says of them: claimed, and verified by nobody.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from sqlmodel import col, select

from fund_service.accounts.callers import Caller
from fund_service.commitments.claiming import claim_step
from fund_service.commitments.commands import decide_step
from fund_service.commitments.schemas import DecisionIn, StepIn
from fund_service.demonstration.cast import DEALS, LEAD, RISK, Cast, after, on
from fund_service.settlement.receipts import Upload
from models.commitment import CommitmentStep, StepOutcome
from models.ladder import RUNGS
from models.person import Role
from models.signal import CommitmentLevel, DemandSignal, SignalState, stated_amount
from seeds.demo_rows import DEMO_SOURCE

_L = CommitmentLevel
CLAIMED_AFTER = {
    _L.NAMED_INTEREST: 1, _L.LETTER_OF_INTENT: 8, _L.CONDITIONAL: 30, _L.SIGNED: 60, _L.CASH_CALLED: 80,
}  # fmt: skip
"""Days from a signal to each of its claims."""
LAST_CLAIM = date(2026, 11, 18)
DECIDED_AFTER, DOCUMENT_BEFORE, HELD_DAYS = 2, 3, 700
WAITING = frozenset({"SIG-051", "SIG-061", "SIG-076", "SIG-077"})
"""Signals whose highest claim nobody has looked at yet."""
REFUSED = {"SIG-044": "의향서에 서명권자의 서명이 없습니다. 서명본을 다시 등록해 주십시오."}
"""Signals whose highest claim was refused, and why."""
ENDS = {
    "SIG-011": date(2026, 12, 31), "SIG-043": date(2027, 1, 10), "SIG-029": date(2026, 10, 13),
    "SIG-041": date(2026, 10, 31),
}  # fmt: skip
"""The last day of the highest document, where it is not far off: two soon, two past."""
LETTERS_DATED = {"SIG-040": date(2023, 10, 2), "SIG-012": date(2025, 4, 15)}
"""Letters older than their signals, which have come due: one became called money, one was signed so far."""
DOCUMENTS = {
    _L.NAMED_INTEREST: "관심표명서", _L.LETTER_OF_INTENT: "의향서", _L.CONDITIONAL: "조건부투자확약서",
    _L.SIGNED: "투자계약서", _L.CASH_CALLED: "납입증명서",
}  # fmt: skip
CONDITIONS = "기술실사와 특허 침해 조사를 통과하고, 펀드가 같은 조건으로 함께 투자할 것."
CHECKED = "계약서 원본을 대조하고 납입은행에 확인했습니다."


class Act(NamedTuple):
    """A claim or a decision, when its turn comes."""

    at: datetime
    rung: CommitmentLevel
    signal: DemandSignal
    claimant: Caller
    decides: bool


def climb(cast: Cast) -> Iterator[datetime]:
    """Claim every rung that the files speak of, and have it verified two days later, each on its day."""
    claimed: dict[tuple[str, CommitmentLevel], CommitmentStep] = {}
    verifiers = [cast.callers[email] for email in (LEAD, DEALS, RISK)]
    for number, act in enumerate(sorted(_acts(cast), key=lambda act: (act.at, act.rung, act.signal.external_id))):
        yield act.at
        name = str(act.signal.external_id)
        if not act.decides:
            claimed[name, act.rung] = _claim(cast, act, name)
            continue
        step = claimed[name, act.rung]
        refusal = REFUSED.get(name) if act.rung is act.signal.claimed_level else None
        found = DecisionIn(
            outcome=StepOutcome.REFUSED if refusal else StepOutcome.VERIFIED,
            evidence_sha256=step.sha256,
            words=refusal or (CHECKED if act.rung >= _L.SIGNED else None),
        )
        decide_step(cast.session, step.id, found, caller=verifiers[number % len(verifiers)], at=act.at)


def _acts(cast: Cast) -> Iterator[Act]:
    speakers = {caller.organisation_id: caller for caller in cast.callers.values() if caller.has(Role.INVESTOR)}
    signals = cast.session.exec(
        select(DemandSignal).where(DemandSignal.source == DEMO_SOURCE, col(DemandSignal.state) == SignalState.LIVE)
    ).all()
    for signal in signals:
        claimant = speakers.get(signal.organisation_id)
        for rung in RUNGS if claimant is not None else ():
            if rung > signal.claimed_level or claimant is None:
                break
            day = min(after(signal.received_on, CLAIMED_AFTER[rung]), LAST_CLAIM)
            yield Act(on(day, 11), rung, signal, claimant, decides=False)
            if not (rung is signal.claimed_level and str(signal.external_id) in WAITING):
                yield Act(on(after(day, DECIDED_AFTER), 15), rung, signal, claimant, decides=True)


def _claim(cast: Cast, act: Act, name: str) -> CommitmentStep:
    signal, rung = act.signal, act.rung
    dated = after(act.at.date(), -DOCUMENT_BEFORE)
    highest = rung is signal.claimed_level
    expires = ENDS[name] if highest and name in ENDS else after(act.at.date(), HELD_DAYS)
    amount = stated_amount(signal.available_krw, signal.ticket_max_krw, signal.ticket_min_krw)
    data = StepIn(
        level=rung,
        amount_krw=None if rung is _L.NAMED_INTEREST else amount,
        conditions=CONDITIONS if rung is _L.CONDITIONAL else None,
        round_share_bp=2_500 if rung is _L.CONDITIONAL else None,
        dated_on=LETTERS_DATED.get(name, dated) if rung is _L.LETTER_OF_INTENT else dated,
        expires_on=expires,
        shown_to_verifier=True,
    )
    title = DOCUMENTS[rung]
    said = (
        f"{title}\n\n지어낸 문서입니다. 시연용 펀드에서만 쓰입니다.\n\n수요신호 {name}\n금액 {amount:,}원\n"
        f"날짜 {data.dated_on}\n만료 {expires}\n"
    )
    upload = Upload(f"{title}-{name}.txt", "text/plain", said.encode())
    return claim_step(cast.session, signal.id, data, upload=upload, caller=act.claimant, at=act.at)
