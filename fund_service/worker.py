"""The worker: does what was queued, on as many machines as wanted."""

from uuid import UUID

import procrastinate
from sqlalchemy.engine import make_url

from fund_service import jobs
from fund_service.database import transaction
from fund_service.market.commands import summarise
from fund_service.matches.commands import match_changes, match_one_signal
from fund_service.matches.corpus import Matchmaker
from models.clock import business_date, utc_now

ATTEMPTS = 3
EVERY_MINUTE = "* * * * *"
SIDE_BY_SIDE = 2
"""Tasks a worker does at a time: a signal somebody waits for goes on between the chunks of a bulk run."""
JUST_AFTER_MIDNIGHT_IN_SEOUL = "5 15 * * *"
"""In UTC: signals expire with the Korean day, and then nothing may match them."""


@jobs.queue.task(name=jobs.MATCH_SIGNAL, pass_context=True, retry=ATTEMPTS)
def match_signal(context: procrastinate.JobContext, *, signal_id: str) -> None:
    """Match one signal against all open projects."""
    match_one_signal(_matchmaker(context), UUID(signal_id))


@jobs.queue.periodic(cron=JUST_AFTER_MIDNIGHT_IN_SEOUL)
@jobs.queue.task(name=jobs.MATCH_CHANGES, pass_context=True, retry=ATTEMPTS)
def match_whatever_changed(context: procrastinate.JobContext, timestamp: int = 0) -> None:  # noqa: ARG001 - the queue says when
    """Embed and match whatever has changed, then summarise the demand anew if it has."""
    matchmaker = _matchmaker(context)
    match_changes(matchmaker)
    with transaction(matchmaker.engine) as session:
        summarise(session, matchmaker, today=business_date(utc_now()))


@jobs.queue.periodic(cron=EVERY_MINUTE)
@jobs.queue.task(name=jobs.RESCUE, pass_context=True, priority=jobs.SOMEBODY_WAITS)
async def rescue_abandoned(context: procrastinate.JobContext, timestamp: int = 0) -> None:  # noqa: ARG001 - the queue says when
    """Put back what a worker that no longer lives had begun, so that another takes it up."""
    for job in await context.app.job_manager.get_stalled_jobs():
        await context.app.job_manager.retry_job(job)


def _matchmaker(context: procrastinate.JobContext) -> Matchmaker:
    matchmaker = context.additional_context["matchmaker"]
    if not isinstance(matchmaker, Matchmaker):
        raise TypeError("the worker was started without a matchmaker")
    return matchmaker


async def run_worker(matchmaker: Matchmaker) -> None:
    """Work until told to stop, beginning with whatever changed while no worker was there."""
    url = make_url(matchmaker.engine.url).set(drivername="postgresql").render_as_string(hide_password=False)
    connector = procrastinate.PsycopgConnector(conninfo=url, min_size=1, max_size=4)
    with jobs.queue.replace_connector(connector) as queue:
        async with queue.open_async():
            await queue.configure_task(jobs.MATCH_CHANGES).defer_async()
            await queue.run_worker_async(
                additional_context={"matchmaker": matchmaker},
                concurrency=SIDE_BY_SIDE,
                delete_jobs="successful",
            )
