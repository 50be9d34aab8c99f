"""One valid row of every table of themes, and what breaks each of their CHECKs."""

from sqlmodel import SQLModel

from models.market import DemandTheme
from models.person import Person
from models.theme import NamingKind, Theme, ThemeNaming, ThemeStep, ThemeStepKind

THEME_BREAKS: dict[str, tuple[str, ...]] = {
    "ck_demand_theme_stability_within_all": ("stability_bp = -1", "stability_bp = 10001"),
    "ck_theme_locked_by_somebody": ("locked_at = now()",),
    "ck_theme_named": ("name_ko = ''", "name_en = ''"),
    "ck_theme_naming_reason_not_empty": ("reason = ''",),
    "ck_theme_step_ended_in_none": ("new_theme_id = NULL", "kind = 'ended', old_theme_id = new_theme_id"),
    "ck_theme_step_new_from_none": ("old_theme_id = NULL",),
    "ck_theme_step_shared_within_all": ("shared_bp = -1", "shared_bp = 10001"),
    "ck_theme_version_from_one": ("version = 0",),
}


def theme_rows(part: DemandTheme, person: Person) -> list[SQLModel]:
    """Make the rows, parents before children."""
    theme = Theme(field_code="01", name_ko="주제", name_en="theme")
    return [
        theme,
        ThemeStep(
            summary_id=part.summary_id,
            kind=ThemeStepKind.CONTINUES,
            old_theme_id=theme.id,
            new_theme_id=theme.id,
            shared_bp=10_000,
        ),
        ThemeNaming(
            theme_id=theme.id,
            kind=NamingKind.LOCKED,
            name_ko="주제",
            name_en="theme",
            person_id=person.id,
            reason="뜻이 분명하다.",
        ),
    ]
