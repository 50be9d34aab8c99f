"""The corpus: the open projects with their vectors and the matcher fitted on them, kept warm between jobs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from threading import RLock
from uuid import UUID

from sqlalchemy.engine import Engine
from sqlmodel import Session, col, func, select
from threadpoolctl import threadpool_limits

from fund_service.matches.briefs import digest_of, open_projects, project_briefs
from fund_service.matches.encoders import encoder_of
from fund_service.matches.method import MatchMethod
from fund_service.matches.vectors import encode_missing, matrix_of, texts_by_digest
from fund_service.settings import Settings
from matching.brief import ProjectBrief
from matching.encoding.encoder import Encoder
from matching.explaining.reasons import Explainer
from matching.matcher import HybridMatcher
from matching.search.best_pairs import PairSearch
from matching.yardstick import Yardstick
from models.clock import utc_now
from models.embedding import StoredYardstick
from models.errors import StepNotAllowed
from models.organisation import Organisation
from models.project import RndProject

REFIT_GROWTH = 0.2
"""A yardstick is fitted anew when the corpus has grown or shrunk by this share since, so that scores keep their
meaning between; then everything is matched again."""

Stage = Callable[[str, int, int], None]
"""Hears of progress: what is being done, how much of it is done, how much there is."""


@dataclass(frozen=True)
class Corpus:
    """The projects as of one moment, ready to be matched against."""

    matcher: HybridMatcher
    explainer: Explainer
    projects: dict[str, ProjectBrief]
    """Each project's brief, by its key."""
    project_digests: dict[str, str]
    """Digest of each project's brief, by its key."""
    yardstick_id: UUID
    method_digest: str
    as_of: tuple[int, datetime | None]
    threads: int | None
    """How many a search may use; all there are where left out."""

    @cached_property
    def search(self) -> PairSearch:
        """The search of many signals at once, made when first asked for; ask ``at_work``."""
        return PairSearch(self.matcher)


class Matchmaker:
    """Holds the encoder and the corpus; one lives in each worker, and in each run of the shell.

    ``at_work`` lets one thread match at a time: encoder and analyser are shared and use all cores anyway.
    """

    def __init__(self, engine: Engine, encoder: Encoder, *, threads: int | None = None) -> None:
        self.engine = engine
        self.encoder = encoder
        self.threads = threads
        self.method = MatchMethod.of(encoder)
        self.at_work = RLock()
        self._corpus: Corpus | None = None

    def corpus(self, *, stage: Stage | None = None) -> Corpus:
        """Give the corpus as it stands now, loading, encoding and fitting only when projects have changed.

        Raises
        ------
        StepNotAllowed
            When there is no open project to match with.
        """
        with self.at_work:
            return self._current(stage)

    def has_yardstick(self) -> bool:
        """Say whether the corpus as it stands now is read against a yardstick that is there, so that none is fitted."""
        with Session(self.engine) as session:
            stored = self.method.stored_yardstick(session)
            return stored is not None and not _is_outgrown(stored, open_projects(session))

    def _current(self, stage: Stage | None) -> Corpus:
        with Session(self.engine) as session:
            as_of = _corpus_mark(session)
            stored = self.method.stored_yardstick(session)
            if (
                self._corpus is not None
                and self._corpus.as_of == as_of
                and stored is not None
                and stored.id == self._corpus.yardstick_id
            ):
                return self._corpus
            briefs = project_briefs(session)
        if not briefs:
            raise StepNotAllowed("There is no planned or running project to match with; import or add some first.")
        self._corpus = self._fit(briefs, as_of, stage)
        return self._corpus

    def _fit(self, briefs: list[ProjectBrief], as_of: tuple[int, datetime | None], stage: Stage | None) -> Corpus:
        encode_missing(
            self.engine,
            self.encoder,
            self.method,
            texts_by_digest(briefs, self.encoder),
            progress=None if stage is None else lambda done, due: stage("encoding projects", done, due),
        )
        with Session(self.engine, expire_on_commit=False) as session:
            vectors = matrix_of(session, self.encoder, self.method, briefs)
            stored = self.method.stored_yardstick(session)
            if stored is None or _is_outgrown(stored, len(briefs)):
                yardstick = Yardstick.fit(briefs, vectors, parameters=self.method.parameters)
                stored = self._keep(session, yardstick, len(briefs))
            else:
                yardstick = Yardstick.from_bytes(stored.content)
            session.commit()
        matcher = HybridMatcher(yardstick=yardstick, parameters=self.method.parameters).fit(briefs, vectors)
        return Corpus(
            matcher=matcher,
            explainer=Explainer(matcher),
            projects={brief.key: brief for brief in briefs},
            project_digests={brief.key: digest_of(brief) for brief in briefs},
            yardstick_id=stored.id,
            method_digest=self.method.digest_with(stored.digest),
            as_of=as_of,
            threads=self.threads,
        )

    def _keep(self, session: Session, yardstick: Yardstick, documents: int) -> StoredYardstick:
        """Keep a fitted yardstick as the newest; one fitted before on the same corpus is kept again, as newest."""
        known = session.exec(select(StoredYardstick).where(StoredYardstick.digest == yardstick.digest)).first()
        if known is not None:
            known.recorded_at = utc_now()
            session.add(known)
            session.flush()
            return known
        stored = StoredYardstick(
            digest=yardstick.digest,
            encoder=self.method.encoder,
            revision=self.method.revision,
            documents=documents,
            content=yardstick.to_bytes(),
        )
        session.add(stored)
        session.flush()
        return stored


def _is_outgrown(stored: StoredYardstick, projects: int) -> bool:
    return abs(projects - stored.documents) > REFIT_GROWTH * stored.documents


def _corpus_mark(session: Session) -> tuple[int, datetime | None]:
    """Give what changes whenever a project is added, edited or closed, or who owns a member of its consortium.

    Every edit stamps ``updated_at``.
    """
    count, edited = session.exec(
        select(func.count(), func.max(col(RndProject.updated_at))).select_from(RndProject)
    ).one()
    parties = session.exec(select(func.max(col(Organisation.updated_at)))).one()
    moments: list[datetime | None] = [edited, parties]
    return count, max((moment for moment in moments if moment is not None), default=None)


def make_matchmaker(settings: Settings, engine: Engine) -> Matchmaker:
    """Make a matchmaker with the encoder of the settings; its weights are loaded when first needed.

    The process keeps to the settings' number of threads from then on, in matrix products as well.
    """
    if settings.threads is not None:
        threadpool_limits(settings.threads)
    return Matchmaker(engine, encoder_of(settings), threads=settings.threads)
