"""The worker: does what was queued, on as many machines as wanted."""

import asyncio
import signal
from uuid import UUID

import procrastinate
from sqlalchemy.engine import make_url

from fund_service import jobs
from fund_service.answers.learning import learn
from fund_service.database import transaction
from fund_service.demonstration.assigning import play_rounds
from fund_service.demonstration.collecting import play_planning
from fund_service.demonstration.releasing import play_release
from fund_service.demonstration.watching import play_relevance
from fund_service.market.commands import summarise
from fund_service.matches import runs
from fund_service.matches.commands import match_one_signal
from fund_service.matches.corpus import Matchmaker
from fund_service.matches.parts import do_a_part
from fund_service.notices.delivering import deliver_due
from fund_service.notices.digests import gather
from fund_service.notices.due import tell_what_is_due
from fund_service.plan.recording import record_readings
from fund_service.relevance.commands import is_due, watch
from fund_service.settings import Settings
from models.clock import business_date, utc_now

ATTEMPTS = 3
EVERY_MINUTE = "* * * * *"
SIDE_BY_SIDE = 2
"""Prompt tasks a worker does at a time, beside one bulk task: a part of a run, or what else nobody waits for."""
JUST_AFTER_MIDNIGHT_IN_SEOUL = "5 15 * * *"
"""In UTC: signals expire with the Korean day, and then nothing may match them."""
HALF_PAST_MIDNIGHT_IN_SEOUL = "30 15 * * *"
"""In UTC: the day's figures of the plan are those it begins with."""
AFTER_TWO_IN_SEOUL = "10 17 * * *"
"""In UTC: models are learned while nobody reads lists."""
HALF_PAST_SEVEN_IN_SEOUL, EIGHT_IN_SEOUL = "30 22 * * *", "0 23 * * *"
"""In UTC: what falls due is told before the digests of the day are gathered."""
AFTER_THREE_IN_SEOUL = "10 18 * * *"
"""In UTC: each night the relevance watch looks whether a quarter has ended, or a named commitment was withdrawn."""
STOPPING = (signal.SIGINT, signal.SIGTERM)
LOOK_AGAIN_SECONDS = 30
"""After this time the changes are looked at again that a run under way takes no account of."""


@jobs.queue.task(name=jobs.MATCH_SIGNAL, pass_context=True, retry=ATTEMPTS)
def match_signal(context: procrastinate.JobContext, *, signal_id: str) -> None:
    """Match one signal against all open projects."""
    match_one_signal(_matchmaker(context), UUID(signal_id))


@jobs.queue.periodic(cron=JUST_AFTER_MIDNIGHT_IN_SEOUL)
@jobs.queue.task(name=jobs.MATCH_CHANGES, queue=jobs.BULK, pass_context=True, retry=ATTEMPTS)
def match_whatever_changed(context: procrastinate.JobContext, timestamp: int = 0) -> None:  # noqa: ARG001 - the queue says when
    """Plan the embedding and matching of whatever has changed; its end brings the summary of demand.

    Where a run is under way, it is looked after: its calls for hands may have been lost with a process that was
    killed, and what has changed since it was planned is planned when it has ended.
    """
    matchmaker = _matchmaker(context)
    planned = runs.plan_run(matchmaker, everything=False)
    if not planned.ours:
        runs.call_again(matchmaker.engine, planned.run_id)
        with transaction(matchmaker.engine) as session:
            jobs.queue_changes(session, in_seconds=LOOK_AGAIN_SECONDS)


@jobs.queue.task(name=jobs.MATCH_PART, queue=jobs.BULK, pass_context=True, retry=ATTEMPTS)
def match_part(context: procrastinate.JobContext, *, run_id: str) -> None:
    """Do one part of a match run, whichever is free; a part that cannot be done fails its run."""
    matchmaker = _matchmaker(context)
    try:
        do_a_part(matchmaker, UUID(run_id))
    except Exception as error:
        if context.job.attempts >= ATTEMPTS:
            runs.fail(matchmaker.engine, UUID(run_id), error)
        raise


@jobs.queue.task(name=jobs.SUMMARISE, queue=jobs.BULK, pass_context=True, retry=ATTEMPTS)
def summarise_demand(context: procrastinate.JobContext) -> None:
    """Summarise the demand anew if it has changed; of the demo's first summary, its planner makes a release."""
    matchmaker = _matchmaker(context)
    with transaction(matchmaker.engine) as session:
        summarise(session, matchmaker, today=business_date(utc_now()))
        play_release(session)


@jobs.queue.periodic(cron=AFTER_TWO_IN_SEOUL)
@jobs.queue.task(name=jobs.LEARN, queue=jobs.BULK, pass_context=True, retry=ATTEMPTS)
def learn_from_answers(context: procrastinate.JobContext, timestamp: int = 0) -> None:  # noqa: ARG001 - the queue says when
    """Learn what makes each side accept from the answers given so far; only what does better ranks from then on."""
    with transaction(_matchmaker(context).engine) as session:
        learn(session, at=utc_now())


@jobs.queue.periodic(cron=AFTER_THREE_IN_SEOUL)
@jobs.queue.task(name=jobs.WATCH_RELEVANCE, queue=jobs.BULK, pass_context=True, retry=ATTEMPTS)
def watch_running_projects(context: procrastinate.JobContext, timestamp: int = 0) -> None:  # noqa: ARG001 - the queue says when
    """Look at the running projects where that is due; what it flags, people review, and nothing is stopped."""
    matchmaker, today = _matchmaker(context), business_date(utc_now())
    with transaction(matchmaker.engine) as session:
        if is_due(session, today=today):
            watch(session, matchmaker, today=today)


@jobs.queue.periodic(cron=HALF_PAST_MIDNIGHT_IN_SEOUL)
@jobs.queue.task(name=jobs.RECORD_PROGRESS, queue=jobs.BULK, pass_context=True, retry=ATTEMPTS)
def record_plan_progress(context: procrastinate.JobContext, timestamp: int = 0) -> None:  # noqa: ARG001 - the queue says when
    """Record what the service counts for the plan's targets at the beginning of the Korean day."""
    at = utc_now()
    with transaction(_matchmaker(context).engine) as session:
        record_readings(session, day=business_date(at), at=at)


@jobs.queue.task(name=jobs.PLAY_ROUNDS, queue=jobs.BULK, pass_context=True, retry=ATTEMPTS)
def play_rounds_of_demo(context: procrastinate.JobContext) -> None:
    """Play the demo's rounds; those of matching wait until it has been matched."""
    with transaction(_matchmaker(context).engine) as session:
        play_planning(session, at=utc_now())
        if play_rounds(session, at=utc_now()):
            play_relevance(session, _matchmaker(context), at=utc_now())
        else:
            jobs.queue_rounds_of_demo(session, in_seconds=LOOK_AGAIN_SECONDS)


@jobs.queue.periodic(cron=EVERY_MINUTE)
@jobs.queue.task(name=jobs.RESCUE, pass_context=True, priority=jobs.SOMEBODY_WAITS)
async def rescue_abandoned(context: procrastinate.JobContext, timestamp: int = 0) -> None:  # noqa: ARG001 - the queue says when
    """Put back what a worker that no longer lives had begun, so that another takes it up."""
    for job in await context.app.job_manager.get_stalled_jobs():
        await context.app.job_manager.retry_job(job)


@jobs.queue.periodic(cron=EVERY_MINUTE)
@jobs.queue.task(name=jobs.DELIVER, queue=jobs.OUTGOING, pass_context=True)
def deliver_notices(context: procrastinate.JobContext, timestamp: int = 0) -> None:  # noqa: ARG001 - the queue says when
    """Send the e-mails and webhooks that are due; what fails waits for its next try by itself."""
    deliver_due(_matchmaker(context).engine, _settings(context))


@jobs.queue.periodic(cron=HALF_PAST_SEVEN_IN_SEOUL)
@jobs.queue.task(name=jobs.LOOK_AHEAD, queue=jobs.OUTGOING, pass_context=True, retry=ATTEMPTS)
def tell_of_what_is_due(context: procrastinate.JobContext, timestamp: int = 0) -> None:  # noqa: ARG001 - the queue says when
    """Tell people what falls due."""
    with transaction(_matchmaker(context).engine) as session:
        tell_what_is_due(session, today=business_date(utc_now()))


@jobs.queue.periodic(cron=EIGHT_IN_SEOUL)
@jobs.queue.task(name=jobs.GATHER, queue=jobs.OUTGOING, pass_context=True, retry=ATTEMPTS)
def gather_digests(context: procrastinate.JobContext, timestamp: int = 0) -> None:  # noqa: ARG001 - the queue says when
    """Make the digests of the day."""
    with transaction(_matchmaker(context).engine) as session:
        gather(session, at=utc_now())


def _settings(context: procrastinate.JobContext) -> Settings:
    settings = context.additional_context["settings"]
    if not isinstance(settings, Settings):
        raise TypeError("the worker was started without settings")
    return settings


def _matchmaker(context: procrastinate.JobContext) -> Matchmaker:
    matchmaker = context.additional_context["matchmaker"]
    if not isinstance(matchmaker, Matchmaker):
        raise TypeError("the worker was started without a matchmaker")
    return matchmaker


async def run_worker(matchmaker: Matchmaker, settings: Settings) -> None:
    """Work until told to stop, beginning with whatever changed while no worker was there."""
    url = make_url(matchmaker.engine.url).set(drivername="postgresql").render_as_string(hide_password=False)
    connector = procrastinate.PsycopgConnector(conninfo=url, min_size=1, max_size=8)
    with jobs.queue.replace_connector(connector) as queue:
        async with queue.open_async():
            await queue.configure_task(jobs.MATCH_CHANGES, queue=jobs.BULK).defer_async()
            lanes = [
                asyncio.create_task(
                    queue.run_worker_async(
                        name=name,
                        queues=[name],
                        concurrency=hands,
                        additional_context={"matchmaker": matchmaker, "settings": settings},
                        delete_jobs="successful",
                        install_signal_handlers=False,
                    )
                )
                for name, hands in ((jobs.PROMPT, SIDE_BY_SIDE), (jobs.BULK, 1), (jobs.OUTGOING, 1))
            ]
            await _until_stopped(lanes)


async def _until_stopped(lanes: list["asyncio.Task[None]"]) -> None:
    """Wait for a signal to stop, or for a lane to break, and let every lane end what it has begun.

    A second signal does not wait.
    """
    loop = asyncio.get_running_loop()

    def stop() -> None:
        for number in STOPPING:
            loop.remove_signal_handler(number)
        for lane in lanes:
            lane.cancel()

    for number in STOPPING:
        loop.add_signal_handler(number, stop)
    await asyncio.wait(lanes, return_when=asyncio.FIRST_COMPLETED)
    stop()
    for outcome in await asyncio.gather(*lanes, return_exceptions=True):
        if isinstance(outcome, Exception):
            raise outcome
