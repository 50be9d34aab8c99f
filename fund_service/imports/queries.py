"""What an import looks up: technology fields, regions and initiatives by every name they are known under."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from sqlmodel import Session, select

from fund_service.imports.faults import NotUnderstood
from fund_service.imports.values import folded, items, text_of
from models.plan import Initiative, MegaRegion, Region, TechnologyField

Found = TypeVar("Found")

PROVINCE_NAMES: Mapping[str, tuple[str, ...]] = {
    "11": ("서울", "서울시"),
    "26": ("부산", "부산시"),
    "27": ("대구", "대구시"),
    "28": ("인천", "인천시"),
    "29": ("광주", "광주시"),
    "30": ("대전", "대전시"),
    "31": ("울산", "울산시"),
    "36": ("세종", "세종시"),
    "41": ("경기", "Gyeonggi-do"),
    "43": ("충북", "Chungbuk", "Chungcheongbuk-do"),
    "44": ("충남", "Chungnam", "Chungcheongnam-do"),
    "46": ("전남", "Jeonnam", "Jeollanam-do"),
    "47": ("경북", "Gyeongbuk", "Gyeongsangbuk-do"),
    "48": ("경남", "Gyeongnam", "Gyeongsangnam-do"),
    "50": ("제주", "제주도", "Jeju-do"),
    "51": ("강원", "강원도", "Gangwon-do"),
    "52": ("전북", "전라북도", "North Jeolla", "Jeollabuk-do"),
}
"""Everyday and former names of the provinces by administrative code, beside the official ones in the database."""
_WHOLE_COUNTRY = frozenset({"전국", "nationwide", "wholecountry", "all"})


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """Codes of reference data by folded name; a region name stands for one province or a mega-region's provinces."""

    fields: Mapping[str, str]
    regions: Mapping[str, tuple[str, ...]]
    initiatives: Mapping[str, str]

    def field_codes(self, value: object) -> tuple[str, ...]:
        """Read technology fields, by code or name, in the order of their codes."""
        if isinstance(value, str) and folded(value) in self.fields:
            return (self.fields[folded(value)],)
        codes = {
            _found(self.fields, name, "expected technology fields, by code (01 to 12) or name") for name in items(value)
        }
        return tuple(sorted(codes))

    def region_code(self, value: object) -> str:
        """Read one province, by code or name."""
        codes = _found(self.regions, text_of(200)(value), "expected a province, by code or name, as in 11 or 서울")
        if len(codes) != 1:
            raise NotUnderstood("expected one province, not a mega-region")
        return codes[0]

    def region_codes(self, value: object) -> tuple[str, ...]:
        """Read provinces and mega-regions; the whole country is no limit, so it gives none."""
        names = items(value)
        if any(folded(name) in _WHOLE_COUNTRY for name in names):
            return ()
        found = [_found(self.regions, name, "expected provinces or mega-regions, as in 서울; 동남권") for name in names]
        return tuple(sorted({code for codes in found for code in codes}))

    def initiative_code(self, value: object) -> str:
        """Read one initiative of the plan, by code or name."""
        return _found(self.initiatives, text_of(200)(value), "expected an initiative of the plan, by code or name")


def read_references(session: Session) -> References:
    """Read all reference data."""
    fields = session.exec(select(TechnologyField)).all()
    regions = session.exec(select(Region)).all()
    mega_regions = session.exec(select(MegaRegion)).all()
    initiatives = session.exec(select(Initiative)).all()
    known_regions: dict[str, tuple[str, ...]] = {}
    for mega in mega_regions:
        codes = tuple(sorted(region.code for region in regions if region.mega_region_code == mega.code))
        known_regions |= {folded(name): codes for name in (mega.name_ko, mega.name_en)}
    for region in regions:
        names = (region.code, region.name_ko, region.name_en, *PROVINCE_NAMES.get(region.code, ()))
        known_regions |= {folded(name): (region.code,) for name in names}
    return References(
        fields={
            folded(name): field.code
            for field in fields
            for name in (field.code, field.code.lstrip("0"), field.name_ko, field.name_en)
        },
        regions=known_regions,
        initiatives={
            folded(name): initiative.code
            for initiative in initiatives
            for name in (initiative.code, initiative.name_ko, initiative.name_en)
        },
    )


def _found(known: Mapping[str, Found], name: str, expected: str) -> Found:
    found = known.get(folded(name))
    if found is None:
        if not known:
            raise NotUnderstood("nothing of this kind is recorded yet; run `fund seed plan` first")
        raise NotUnderstood(expected)
    return found
