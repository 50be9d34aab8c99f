"""A deal in due diligence, the people around it, and files of every kind."""

import io
import zipfile
from itertools import count

import pytest

from models.deal import Deal, DealStage
from models.identity import new_id
from models.organisation import Organisation, OrganisationKind, OwnershipGroup
from models.person import Person, PersonRole, Role

NUMBERS = count(1)


@pytest.fixture
def company(store):
    """The company that a deal would pay, in a group of its own."""
    group = OwnershipGroup(name_ko="가람그룹")
    company = Organisation(
        kind=OrganisationKind.PARTNER_FIRM, name_ko="가람소재", name_en="Garam", ownership_group_id=group.id
    )
    store(group, company)
    return company


@pytest.fixture
def make_person(store):
    """Commit a fund manager, or somebody of another role."""

    def make_person(name="심사역", role=Role.FUND_MANAGER, **values):
        email = f"person-{next(NUMBERS)}@example.org"
        person = Person(email=email, name=name, password_hash="none", **{"human_id": new_id()} | values)  # noqa: S106 - no secret
        store(person, PersonRole(person_id=person.id, role=role))
        return person

    return make_person


@pytest.fixture
def lead(make_person):
    """Who answers for the deal."""
    return make_person("담당자")


@pytest.fixture
def make_deal(store, company, lead):
    """Commit a deal."""

    def make_deal(stage=DealStage.DUE_DILIGENCE, **values):
        deal = Deal(
            title_ko="수소 저장 용기",
            company_id=company.id,
            lead_id=lead.id,
            amount_krw=5 * 10**9,
            stage=stage,
            **values,
        )
        store(deal)
        return deal

    return make_deal


@pytest.fixture
def deal(make_deal):
    return make_deal()


@pytest.fixture
def address(deal):
    return f"/deals/{deal.id}/diligence"


@pytest.fixture
def manager(client_for):
    return client_for(Role.FUND_MANAGER)


def archive(parts, *, compression=zipfile.ZIP_DEFLATED):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", compression) as written:
        for name, content in parts.items():
            written.writestr(name, content)
    return held.getvalue()


def office(part):
    return archive({"[Content_Types].xml": "<Types/>", part: "<xml/>"})


@pytest.fixture(scope="session")
def files():
    """One small file of each kind that is taken, by its ending."""
    return {
        "pdf": b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n",
        "png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(13),
        "jpg": b"\xff\xd8\xff\xe0" + bytes(20),
        "docx": office("word/document.xml"),
        "xlsx": office("xl/workbook.xml"),
        "pptx": office("ppt/presentation.xml"),
        "hwp": bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504) + b"HWP Document File" + bytes(100),
        "hwpx": archive({"mimetype": "application/hwp+zip", "Contents/header.xml": "<x/>"}),
        "csv": "구분,금액\n장비,1000\n".encode(),
        "txt": "\ufeff회의록\r\n".encode(),
    }
