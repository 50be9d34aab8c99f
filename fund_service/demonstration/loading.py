"""Loading the invented fund: its records, its years of work, and what a worker plays once it has been matched."""

from sqlmodel import Session

from fund_service import jobs
from fund_service.accounts.passwords import hash_password
from fund_service.demonstration.play import play_fund
from seeds.demo import DemoReport, seed_demo


def load_demo(session: Session) -> DemoReport:
    """Load the demo into a database that has the plan, and queue matching, summary and rounds.

    Raises
    ------
    StepNotAllowed
        When the plan has not been seeded, or real people have accounts there.
    """
    report = seed_demo(session, hash_password)
    play_fund(session)
    jobs.queue_changes(session)
    jobs.queue_rounds_of_demo(session)
    return report
