import pytest
from litestar import Litestar, Response, get

from fund_service.downloads import download, file_operation


def test_a_file_is_saved_under_its_name_and_kept_by_nobody():
    answer = download(b"x", media_type="text/csv", name="projects-2026-11-22.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="projects-2026-11-22.csv"'
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", ['a".csv', "../a.csv", "a/b.csv", "과제.csv", "a\r\n.csv", "a.", ".csv", "a"])
def test_a_name_that_could_mean_anything_else_is_refused(name):
    with pytest.raises(ValueError, match="file name"):
        download(b"x", media_type="text/csv", name=name)


def test_the_interface_says_which_kinds_of_file_come():
    @get("/file", operation_class=file_operation(["text/csv; charset=utf-8", "application/pdf"]), sync_to_thread=False)
    def file() -> Response[bytes]:
        return download(b"x", media_type="text/csv", name="a.csv")

    [operation] = [path["get"] for path in Litestar([file]).openapi_schema.to_schema()["paths"].values()]
    assert set(operation["responses"]["200"]["content"]) == {"text/csv", "application/pdf"}
