"""The committee's lists as tables to export."""

from collections.abc import Iterator

from sqlmodel import Session, col

from fund_service import locales
from fund_service.accounts.callers import Caller
from fund_service.committee import queries, registers
from fund_service.exports import MAX_EXPORT_ROWS, Cell
from models.committee import CommitteeMeeting


def meeting_heads() -> list[str]:
    """Give the headings of the table of meetings."""
    return [
        locales.gettext("Meeting"),
        locales.gettext("Date and time"),
        locales.gettext("Place"),
        locales.gettext("State"),
        locales.gettext("Chair"),
        locales.gettext("Members called"),
        locales.gettext("Deals listed"),
        locales.gettext("Decided"),
    ]


def meeting_rows(session: Session) -> Iterator[list[Cell]]:
    """Give all meetings, the newest first."""
    query = queries.meeting_rows().order_by(col(CommitteeMeeting.meets_at).desc(), col(CommitteeMeeting.id).desc())
    for meeting in queries.meeting_items(session, query.limit(MAX_EXPORT_ROWS + 1)):
        yield [
            meeting.title,
            meeting.meets_at,
            meeting.place,
            locales.label(meeting.state),
            meeting.chair_name,
            meeting.members,
            meeting.items,
            meeting.decided,
        ]


def interest_heads() -> list[str]:
    """Give the headings of the table of interests."""
    return [
        locales.gettext("Person"),
        locales.gettext("Kind"),
        locales.gettext("Organisation or group"),
        locales.gettext("Since"),
        locales.gettext("Until"),
        locales.gettext("Declared"),
        locales.gettext("Explanation"),
        locales.gettext("Decisions flagged"),
    ]


def interest_rows(session: Session, reader: Caller) -> Iterator[list[Cell]]:
    """Give the interests that the reader may see, the newest first."""
    query = registers.interest_rows(reader).limit(MAX_EXPORT_ROWS + 1)
    for interest in registers.interest_views(session, query, reader):
        yield [
            interest.person_name,
            locales.label(interest.kind),
            locales.pick(interest.party_ko, interest.party_en),
            interest.known_on,
            interest.ends_on,
            interest.recorded_at,
            interest.words,
            interest.flags,
        ]


def flag_heads() -> list[str]:
    """Give the headings of the table of flagged decisions."""
    return [
        locales.gettext("Deal"),
        locales.gettext("Decision"),
        locales.gettext("Person"),
        locales.gettext("Kind"),
        locales.gettext("Organisation or group"),
        locales.gettext("Since"),
        locales.gettext("Declared"),
        locales.gettext("Resolved"),
        locales.gettext("Resolved by"),
        locales.gettext("What was found"),
    ]


def flag_rows(session: Session, reader: Caller) -> Iterator[list[Cell]]:
    """Give all flagged decisions, the newest first."""
    query = registers.flag_rows(resolved=True).limit(MAX_EXPORT_ROWS + 1)
    for flag in registers.flag_views(session, query, reader):
        yield [
            locales.pick(flag.title_ko, flag.title_en),
            locales.label(flag.decision),
            flag.person_name,
            locales.label(flag.kind),
            locales.pick(flag.party_ko, flag.party_en),
            flag.known_on,
            flag.declared_at,
            flag.resolved_at,
            flag.resolved_by_name,
            flag.resolution,
        ]
