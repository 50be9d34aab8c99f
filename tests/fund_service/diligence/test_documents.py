import hashlib
from uuid import uuid4

import pytest
from sqlmodel import select

from fund_service.diligence.documents import MAX_DOCUMENT_BYTES
from models.document import DealDocument, DocumentContent
from models.person import Role
from models.timeline import DealActivity


@pytest.fixture
def file(manager, address):
    def file(name, content, *, kind="business_plan", media_type="application/octet-stream", **extra):
        return manager.post(
            f"{address}/documents", data={"kind": kind} | extra, files={"file": (name, content, media_type)}
        )

    return file


def test_a_document_is_filed_hashed_told_and_handed_out_unchanged(*, file, files, manager, address, deal, read, people):
    for ending, content in files.items():
        answer = file(f"사업계획서.{ending}", content)
        assert answer.status_code == 201, answer.text
        view = answer.json()
        assert (view["sha256"], view["size_bytes"]) == (hashlib.sha256(content).hexdigest(), len(content))
        assert (view["name"], view["uploaded_by_name"]) == (f"사업계획서.{ending}", "fund_manager")
        sent = manager.get(answer.headers["Location"])
        assert (sent.status_code, sent.content) == (200, content)
        assert sent.headers["Content-Type"].partition(";")[0] == view["media_type"]
        assert sent.headers["Content-Disposition"].startswith("attachment; ")
        assert "filename*=UTF-8''%EC%82%AC" in sent.headers["Content-Disposition"]
        assert sent.headers["X-Content-Type-Options"] == "nosniff"
        assert sent.headers["Cache-Control"] == "no-store"
        told = read.exec(select(DealActivity).where(DealActivity.subject_id == view["id"])).one()
        assert (told.kind, told.words, told.person_id) == ("document", view["name"], people[Role.FUND_MANAGER].id)
    assert len(read.exec(select(DealDocument)).all()) == len(files)


def test_a_document_of_another_deal_is_not_found(file, files, make_deal, manager):
    document = file("a.pdf", files["pdf"]).json()
    other = make_deal()
    assert manager.get(f"/deals/{other.id}/diligence/documents/{document['id']}").status_code == 404
    assert manager.get(f"/deals/{other.id}/diligence/documents/{uuid4()}").status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "extra", "field"),
    [
        ("a.exe", b"MZ", {}, "file"), ("a.pdf", b"hello", {}, "file"), ("a.pdf", b"", {}, "file"),
        ("a.pdf", b"%PDF-1.7", {"kind": "rubbish"}, "kind"), ("a.pdf", b"%PDF-1.7", {"deal_id": "x"}, "deal_id"),
        ("a.pdf", b"%PDF-1.7", {"media_type": "image/png"}, "file"),
        ("a.txt", b"x" * (MAX_DOCUMENT_BYTES + 1), {}, "file"), ("..", b"%PDF-1.7", {}, "file"),
    ],
)  # fmt: skip
def test_what_is_not_taken_leaves_nothing_behind(*, file, read, name, content, extra, field):
    answer = file(name, content, **extra)
    assert answer.status_code in {400, 422}, answer.text
    assert answer.json()["fields"][0]["field"] == field
    assert not read.exec(select(DealDocument)).all()
    assert not read.exec(select(DocumentContent)).all()


def test_a_body_beyond_the_limit_is_too_large(file):
    assert file("a.txt", b"x" * (10 * 2**20)).status_code == 413


def test_a_form_without_a_file_says_so(manager, address):
    answer = manager.post(f"{address}/documents", data={"kind": "contract"})
    assert (answer.status_code, answer.json()["fields"][0]["field"]) == (422, "file")
    shown = manager.post(f"{address}/documents/new", data={"kind": "contract"})
    assert (shown.status_code, shown.json()["faults"].keys()) == (422, {"file"})


def test_the_form_files_a_document_and_leads_back(manager, address, files, read):
    answer = manager.post(
        f"{address}/documents/new",
        data={"kind": "contract"},
        files={"file": ("계약서.pdf", files["pdf"], "application/pdf")},
        follow_redirects=False,
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{address}#documents")
    assert read.exec(select(DealDocument.kind)).all() == ["contract"]


def test_required_documents_are_missing_until_they_are_on_file(manager, address, file, files):
    before = manager.get(address).json()
    assert before["missing_documents"] == before["required_documents"] != []
    for kind in before["required_documents"]:
        assert file("a.pdf", files["pdf"], kind=kind).status_code == 201
    assert manager.get(address).json()["missing_documents"] == []


def test_nothing_is_filed_on_a_deal_that_does_not_exist(manager, files):
    answer = manager.post(
        f"/deals/{uuid4()}/diligence/documents", data={"kind": "other"}, files={"file": ("a.pdf", files["pdf"])}
    )
    assert answer.status_code == 404
