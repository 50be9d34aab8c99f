from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql
from sqlmodel import Session, select

from models import errors
from models.clock import SEOUL, UtcDateTime, business_date, utc_now
from models.deal import DEAL_STEPS, Deal, DealStage
from models.identity import new_id
from models.money import LARGE_PROJECT_KRW, MAX_KRW
from models.organisation import OwnershipGroup
from models.person import Role
from models.plan import MegaRegionKind
from models.project import OPEN_PROJECT_STATES, ConsortiumRole, ProjectState, RndProject
from models.signal import VERIFIED_LEVELS, CommitmentLevel, Confidentiality, DemandSignal, SignalState

MOMENTS = st.datetimes(
    min_value=datetime(1990, 1, 1),  # noqa: DTZ001 - Hypothesis adds the zone
    max_value=datetime(2090, 1, 1),  # noqa: DTZ001 - the same
    timezones=st.sampled_from([UTC, SEOUL, timezone(timedelta(hours=-11)), timezone(timedelta(hours=14))]),
)
DIALECT = postgresql.dialect()


class TestClock:
    @settings(deadline=None)  # the machine may be busy
    @given(MOMENTS)
    def test_a_moment_is_kept_in_utc_whatever_zone_it_was_said_in(self, moment):
        kept = UtcDateTime().process_bind_param(moment, DIALECT)
        assert kept == moment
        assert kept.tzinfo is UTC
        assert UtcDateTime().process_result_value(moment, DIALECT).tzinfo is UTC

    def test_no_moment_stays_none(self):
        assert UtcDateTime().process_bind_param(None, DIALECT) is None
        assert UtcDateTime().process_result_value(None, DIALECT) is None

    def test_a_moment_without_a_zone_is_refused(self, session: Session):
        session.add(OwnershipGroup(name_ko="x", recorded_at=datetime(2026, 1, 1)))  # noqa: DTZ001 - the point of it
        with pytest.raises(sa.exc.StatementError, match="needs a time zone"):
            session.flush()

    def test_it_comes_back_in_utc_though_the_connection_speaks_another_zone(self, session: Session):
        moment = datetime(2026, 12, 31, 23, 59, 59, 999_999, tzinfo=SEOUL)
        session.add(OwnershipGroup(name_ko="x", recorded_at=moment))
        session.flush()
        session.expire_all()
        session.connection().execute(sa.text("SET LOCAL timezone TO 'America/New_York'"))
        stored = session.exec(select(OwnershipGroup.recorded_at).where(OwnershipGroup.name_ko == "x")).one()
        assert (stored, stored.tzinfo) == (moment, UTC)

    @pytest.mark.parametrize(
        ("moment", "day"),
        [
            (datetime(2026, 12, 31, 14, 59, 59, tzinfo=UTC), date(2026, 12, 31)),
            (datetime(2026, 12, 31, 15, 0, tzinfo=UTC), date(2027, 1, 1)),
        ],
    )
    def test_the_day_turns_at_midnight_in_seoul(self, moment, day):
        assert business_date(moment) == day

    @settings(deadline=None)  # the machine may be busy
    @given(MOMENTS)
    def test_a_business_date_does_not_depend_on_the_zone(self, moment):
        assert business_date(moment) == business_date(moment.astimezone(UTC)) == (moment.astimezone(SEOUL)).date()

    def test_now_is_aware(self):
        assert utc_now().tzinfo is UTC


class TestIdentity:
    def test_ids_are_version_seven_and_sort_by_time(self):
        made = [new_id() for _ in range(1000)]
        assert {identifier.version for identifier in made} == {7}
        assert all(isinstance(identifier, UUID) for identifier in made)
        assert made == sorted(set(made))


class TestVersions:
    @pytest.mark.parametrize("record", [RndProject(title_ko="x"), DemandSignal(text="x", organisation_id=new_id())])
    def test_an_edit_makes_the_etag_of_an_earlier_reading_stale(self, record):
        at = utc_now() + timedelta(minutes=1)
        before = record.version
        record.mark_edited(at)
        assert (record.version, record.updated_at) == (before + 1, at)


FAMILY = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.FundError)]


class TestErrors:
    def test_codes_are_stable_and_tell_facts_apart(self):
        codes = [kind.code for kind in FAMILY]
        assert len(set(codes)) == len(codes)
        assert set(codes) >= {"refused", "not_found", "conflict", "stale", "invalid", "step_not_allowed"}

    @pytest.mark.parametrize("kind", FAMILY)
    def test_the_sentence_is_filled_with_its_facts_once(self, kind):
        error = kind("There is no {code} in {place}.", field="code", code="{x}", place="Seoul")
        assert (str(error), error.message) == ("There is no {x} in Seoul.",) * 2
        assert (error.field, error.template) == ("code", "There is no {code} in {place}.")
        assert kind("Plain.").field is None


class TestWords:
    def test_money_is_exact_in_javascript_and_holds_the_fund_many_times(self):
        assert MAX_KRW == 2**53 - 1
        assert MAX_KRW > 9_000 * 1_000_000_000_000
        assert LARGE_PROJECT_KRW == 10_000_000_000

    def test_only_planned_and_running_projects_can_answer_demand(self):
        assert set(OPEN_PROJECT_STATES) == {ProjectState.PLANNED, ProjectState.RUNNING}

    def test_verified_levels_are_those_with_a_document(self):
        assert [level.value for level in VERIFIED_LEVELS] == ["L2", "L3", "L4", "L5"]
        assert sorted(CommitmentLevel) == list(CommitmentLevel)

    @pytest.mark.parametrize(
        "words", [Role, ProjectState, ConsortiumRole, Confidentiality, SignalState, CommitmentLevel, MegaRegionKind]
    )
    def test_every_value_fits_its_column(self, words):
        assert max(map(len, words)) <= 32

    def test_what_nobody_says_otherwise_is_the_careful_choice(self, session: Session, rows):
        signal = session.get_one(DemandSignal, rows["demand_signal"].id)
        assert signal.confidentiality is Confidentiality.CONFIDENTIAL
        assert signal.claimed_level is CommitmentLevel.VIEW
        assert signal.state is SignalState.LIVE
        assert signal.received_on == business_date(utc_now())


class TestDeal:
    def test_a_deal_takes_only_the_steps_there_are(self):
        deal = Deal(title_ko="투자", company_id=new_id(), lead_id=new_id(), amount_krw=1)
        with pytest.raises(errors.StepNotAllowed, match="sourced cannot become approved"):
            deal.advance(DealStage.APPROVED, utc_now())
        assert (deal.stage, deal.version) == (DealStage.SOURCED, 1)
        deal.advance(DealStage.SCREENING, utc_now())
        assert (deal.stage, deal.version) == (DealStage.SCREENING, 2)

    @pytest.mark.parametrize("stage", sorted(DEAL_STEPS))
    def test_every_stage_leads_somewhere_or_is_the_end(self, stage):
        assert DEAL_STEPS[stage] or stage is DealStage.EXITED
        assert stage not in DEAL_STEPS[stage]

    def test_terms_are_known_by_their_digest(self):
        deal = Deal(title_ko="투자", company_id=new_id(), lead_id=new_id(), amount_krw=1)
        before = deal.terms_digest()
        deal.lead_id = new_id()
        assert deal.terms_digest() == before, "who answers for it is no term"
        deal.amount_krw = 2
        assert deal.terms_digest() != before
