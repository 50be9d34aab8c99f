import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fund_service.parameters import VersionNeeded, etag_of, provide_version
from models.errors import RecordChanged
from models.person import Role

LISTS = ["/signals", "/projects", "/organisations"]
REFUSED = [
    *("limit=-1", "limit=0", "limit=101", "limit=9223372036854775808", f"limit={10**30}", "limit=true", "limit=1e3"),
    *("limit=%00", "limit=", "limit", "limit=%EF%BC%91", "limit=5_0", "limit=1.5", "limit=NaN"),
    *("q=%00", "q=a%00b", f"q={'a' * 201}", "q=%00%0A"),
    *("cursor=x", "cursor=%00", f"cursor={'A' * 23}", f"cursor={'A' * 5000}", "cursor=%ED%A0%80"),
]
TAKEN = [
    "q=%ED%A0%80",
    "q=%25",
    "q=",
    "q=_",
    "q=%27%3B--",
    "=",
    "&&",
    "%",
    "limit=100",
    "unknown=1",
    "q",
    "lang=xx",
    "cursor=",
]


@pytest.mark.usefixtures("reference_data")
class TestLists:
    @pytest.mark.parametrize("path", LISTS)
    @pytest.mark.parametrize("query", REFUSED)
    def test_what_can_mean_nothing_is_refused(self, client_for, path, query):
        answer = client_for(Role.INVESTOR).get(f"{path}?{query}")
        assert answer.status_code == 400, answer.text
        assert answer.json()["fields"][0]["field"] in query

    @pytest.mark.parametrize("path", LISTS)
    @pytest.mark.parametrize("query", TAKEN)
    def test_odd_but_harmless_parameters_are_taken(self, client_for, path, query):
        assert client_for(Role.INVESTOR).get(f"{path}?{query}").status_code == 200

    @pytest.mark.parametrize("path", LISTS)
    def test_a_field_that_a_browsers_form_left_empty_filters_nothing(self, client_for, path):
        query = "limit=&state=&q=&field_code=&kind=&cursor="
        assert client_for(Role.INVESTOR).get(f"{path}?{query}", headers={"Accept": "text/html"}).status_code == 200


class TestVersion:
    @settings(deadline=None)  # the machine may be busy
    @given(st.integers(0, 999_999_999))
    def test_an_etag_leads_back_to_its_version(self, version):
        assert provide_version(etag_of(version)) == version

    @pytest.mark.parametrize("header", [None, "", " ", "*"])
    def test_an_update_names_the_version_it_starts_from(self, header):
        with pytest.raises(VersionNeeded):
            provide_version(header)

    @pytest.mark.parametrize(
        "header",
        [
            "1",
            'W/"1"',
            '"1',
            '1"',
            '""',
            '"x"',
            '"-1"',
            '"1.0"',
            '"1", "2"',
            '"1000000000"',
            '"\uff11"',
            f'"{"9" * 5000}"',
        ],
    )
    def test_an_etag_that_is_none_of_ours_is_of_another_record(self, header):
        with pytest.raises(RecordChanged):
            provide_version(header)

    @settings(deadline=None)  # the machine may be busy
    @given(st.text(max_size=20))
    def test_whatever_is_sent_is_read_or_refused(self, header):
        try:
            assert provide_version(header) >= 0
        except (RecordChanged, VersionNeeded):
            return
