"""The projects a matcher is fitted to, in every form in which signals are compared with them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from matching.brief import ProjectBrief
from matching.dense import is_present, on_grid
from matching.facts.exclusions import holds
from matching.facts.fit import ProjectFacts
from matching.lexical.index import LexicalIndex
from matching.lexical.weighing import TermWeighing

_PHRASES_KEPT = 1_024


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectCollection:
    """Projects in the order of their keys, with their vectors, facts and terms.

    Attributes
    ----------
    vectors : float32 array (projects, dimensions)
        On the grid of ``dense.on_grid``.
    present : bool array
        Which projects have a vector.
    """

    projects: Sequence[ProjectBrief]
    places: Mapping[str, int]
    vectors: NDArray[np.float32]
    present: NDArray[np.bool_]
    facts: ProjectFacts
    index: LexicalIndex
    holding: dict[str, NDArray[np.bool_]] = field(default_factory=dict)

    @classmethod
    def build(cls, projects: Sequence[ProjectBrief], vectors: NDArray[np.float32], *, weighing: TermWeighing) -> Self:
        """Put the projects in order and analyse their texts; ``ValueError`` for a key or vectors that do not fit."""
        if len(vectors) != len(projects):
            raise ValueError(f"{len(projects)} projects came with {len(vectors)} vectors")
        order = sorted(range(len(projects)), key=lambda at: projects[at].key)
        ordered = tuple(projects[at] for at in order)
        places = {project.key: at for at, project in enumerate(ordered)}
        if len(places) != len(ordered):
            raise ValueError("two projects have the same key")
        grid = on_grid(vectors[order])
        return cls(
            projects=ordered,
            places=places,
            vectors=grid,
            present=is_present(grid),
            facts=ProjectFacts(ordered),
            index=LexicalIndex.build(ordered, weighing),
        )

    def only(self, keys: Sequence[str]) -> Self:
        """Return the collection of some of the projects, in the order of ``keys``, without a new analysis."""
        rows = np.array([self.places[key] for key in keys], dtype=np.intp)
        projects = tuple(self.projects[row] for row in rows)
        return type(self)(
            projects=projects,
            places={key: at for at, key in enumerate(keys)},
            vectors=self.vectors[rows],
            present=self.present[rows],
            facts=ProjectFacts(projects),
            index=self.index.subset(rows),
        )

    def project(self, key: str) -> ProjectBrief:
        """Return the project with a key."""
        return self.projects[self.places[key]]

    def holding_any(self, phrases: Iterable[str]) -> NDArray[np.bool_]:
        """Return which projects' texts hold one of the phrases; each phrase is looked for once and remembered."""
        found = np.zeros(len(self.projects), dtype=np.bool_)
        for phrase in phrases:
            if phrase not in self.holding:
                if len(self.holding) >= _PHRASES_KEPT:
                    self.holding.clear()
                self.holding[phrase] = np.array([holds(text, phrase) for text in self.index.searchable], dtype=np.bool_)
            found |= self.holding[phrase]
        return found
