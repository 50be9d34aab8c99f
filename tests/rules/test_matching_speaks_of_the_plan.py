"""The matcher keeps plain codes, since it knows neither tables nor reference data; here they are held to both."""

from matching.facts.kinship import KINSHIP
from matching.facts.regions import MEGA_REGION_OF
from matching.facts.stages import STAGE_OF_TRL, STAGES
from models.plan import Region, TechnologyField, TrlLevel
from models.project import DevelopmentStage
from seeds.plan import read_plan


def records(table: type) -> list[object]:
    return [line.record for line in read_plan()[table]]


def test_provinces_lie_in_the_mega_regions_of_the_plan():
    assert {region.code: region.mega_region_code for region in records(Region)} == dict(MEGA_REGION_OF)


def test_kinship_is_between_fields_of_the_plan():
    assert {field for pair in KINSHIP for field in pair} <= {field.code for field in records(TechnologyField)}


def test_stages_are_those_of_the_tables_and_fall_as_the_steps_of_the_readiness_scale():
    assert tuple(stage.value for stage in DevelopmentStage) == STAGES
    steps: dict[str, set[str]] = {}
    for level in records(TrlLevel):
        steps.setdefault(level.stage_en, set()).add(STAGE_OF_TRL[level.level])
    assert [len(stages) for stages in steps.values()] == [1] * len(STAGES), "one stage for each step of the scale"
