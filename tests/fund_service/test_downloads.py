import pytest

from fund_service.downloads import download


def test_a_file_is_saved_under_its_name_and_kept_by_nobody():
    answer = download(b"x", media_type="text/csv", name="projects-2026-11-22.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="projects-2026-11-22.csv"'
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", ['a".csv', "../a.csv", "a/b.csv", "과제.csv", "a\r\n.csv", "a.", ".csv", "a"])
def test_a_name_that_could_mean_anything_else_is_refused(name):
    with pytest.raises(ValueError, match="file name"):
        download(b"x", media_type="text/csv", name=name)
