import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from fund_service.forms import FormRejected, read_form, show_again, version_of
from fund_service.wire import ClosedModel, Day, FieldCode, Statement, Title, Won
from models.errors import RecordChanged, ValueNotAllowed
from models.person import Role

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PART = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n%s\r\n%s\r\n'


def multipart(value: bytes, *, name: bytes = b"text", charset: bytes = b"", count: int = 1) -> bytes:
    kind = b"Content-Type: text/plain; charset=%s\r\n" % charset if charset else b""
    return PART % (name, kind, value) * count + b"--x--\r\n"


class Shown(BaseModel):
    """A form as it is shown."""

    values: dict[str, str] = {}
    faults: dict[str, str] = {}


class Undoing:
    """A session that counts how often it was told to undo."""

    undone = 0

    def rollback(self) -> None:
        self.undone += 1


class Deed(ClosedModel):
    """A record with a field of every kind."""

    title: Title | None = None
    statement: Statement | None = None
    code: FieldCode | None = None
    amount: Won | None = None
    count: int | None = None
    on: Day | None = None
    codes: list[FieldCode] = Field(default_factory=list)


def faults(**values) -> dict[str, str]:
    with pytest.raises(FormRejected) as caught:
        read_form(Deed, values, lists=("codes",))
    assert caught.value.values == values
    return caught.value.faults


class TestReading:
    @pytest.mark.parametrize(
        ("typed", "amount"),
        [
            ("1", 1),
            ("1,200,000", 1_200_000),
            (" 500 ", 500),
            ("", None),
            ("   ", None),
            ("9007199254740991", 2**53 - 1),
        ],
    )
    def test_digits_with_the_commas_people_write_are_a_number(self, typed, amount):
        assert read_form(Deed, {"amount": typed}).amount == amount

    @pytest.mark.parametrize(
        "typed",
        [
            "1,00",
            "1,2,3",
            ",1",
            "1.0",
            "1e3",
            "-1",
            "+1",
            "true",
            "\uff11\uff12",
            "\u0661",
            "0",
            "9" * 20,
            "9" * 5000,
            "1 000",
            "0x1",
            ["1", "2"],
        ],
    )
    def test_anything_else_is_none(self, typed):
        assert set(faults(amount=typed)) == {"amount"}

    @pytest.mark.parametrize("name", ["title", "statement", "code"])
    def test_digits_in_a_text_stay_text(self, name):
        typed = {"title": "2026", "statement": "20262027203", "code": "01"}[name]
        assert getattr(read_form(Deed, {name: typed}), name) == typed

    def test_a_plain_whole_number_is_read_too(self):
        assert read_form(Deed, {"count": "1,024"}).count == 1024

    def test_a_list_may_have_one_entry_several_or_none(self):
        assert read_form(Deed, {"codes": "01"}, lists=("codes",)).codes == ["01"]
        assert read_form(Deed, {"codes": ["01", "02"]}, lists=("codes",)).codes == ["01", "02"]
        assert read_form(Deed, {}, lists=("codes",)).codes == []

    def test_a_field_that_is_not_offered_is_refused(self):
        assert set(faults(id="1", title="x")) == {"id"}

    def test_every_fault_is_named_at_its_field(self):
        assert set(faults(amount="x", on="tomorrow", codes=["1"], title="a\x00")) == {"amount", "on", "codes", "title"}

    def test_a_refusal_of_the_rules_stands_beside_its_field(self):
        session = Undoing()
        refusal = ValueNotAllowed("No {what} for you.", field="amount", what="gold")
        shown = show_again(session, refusal, {"amount": "1"}, blank=Shown)
        assert (shown.content.faults, shown.content.values, shown.status_code) == (
            {"amount": "No gold for you."},
            {"amount": "1"},
            422,
        )
        assert session.undone == 1
        assert show_again(session, ValueNotAllowed("Not for you."), {}, blank=Shown).content.faults == {
            "": "Not for you."
        }

    @settings(deadline=None)  # the machine may be busy
    @given(
        st.dictionaries(
            st.sampled_from([*Deed.model_fields, "id"]), st.text(max_size=40) | st.lists(st.text(max_size=5))
        )
    )
    def test_whatever_is_typed_is_read_or_refused(self, values):
        try:
            deed = read_form(Deed, values, lists=("codes",))
        except FormRejected as refusal:
            assert refusal.faults  # noqa: PT017 - either outcome is right
        else:
            assert deed.amount is None or 1 <= deed.amount < 2**53


class TestVersion:
    @pytest.mark.parametrize(("typed", "version"), [("1", 1), ("999999999", 999_999_999), ("0", 0)])
    def test_it_is_a_count_of_edits(self, typed, version):
        assert version_of({"version": typed}) == version

    @pytest.mark.parametrize("typed", ["", "x", "-1", "1.0", "\uff11", "1000000000", "9" * 5000, ["1", "1"]])
    def test_anything_else_is_out_of_date(self, typed):
        with pytest.raises(RecordChanged):
            version_of({"version": typed})

    def test_none_is_out_of_date(self):
        with pytest.raises(RecordChanged):
            version_of({})


@pytest.mark.usefixtures("reference_data")
class TestPosting:
    @pytest.mark.parametrize(
        "body",
        [
            multipart(b"\xff\xfe"),
            multipart(b"abc", charset=b"utf-16"),
            multipart(b"\x00\xd8", charset=b"utf-16-le"),
            multipart(b"\\ud800", charset=b"unicode_escape"),
            multipart(b"abc", charset=b"no-such-thing"),
            multipart(b"a", count=1001),
            b"--x\r\n",
            b"--y\r\n",
            b"",
        ],
    )
    def test_a_multipart_form_that_is_no_text_is_refused(self, client_for, body):
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        answer = client_for(Role.INVESTOR).post("/signals/new", content=body, headers=headers)
        assert answer.status_code in {400, 422}, answer.text

    @pytest.mark.parametrize(
        "kind", ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; x"]
    )
    def test_a_multipart_form_without_boundary_is_refused(self, client_for, kind):
        answer = client_for(Role.INVESTOR).post("/signals/new", content=b"--x", headers={"Content-Type": kind})
        assert answer.status_code == 400

    @pytest.mark.parametrize(("count", "status"), [(1_000, 422), (1_001, 400), (300_000, 400)])
    def test_a_form_of_more_than_a_thousand_fields_is_refused(self, client_for, count, status):
        body = b"&".join(b"f%d=1" % number for number in range(count))
        assert client_for(Role.INVESTOR).post("/signals/new", content=body, headers=FORM).status_code == status

    @pytest.mark.parametrize("text", ["%00", "%ED%A0%80", "%FF", "a%00bcdefghij", "%F4%90%80%80"])
    def test_a_form_with_what_no_keyboard_types_is_refused(self, client_for, text):
        answer = client_for(Role.INVESTOR).post("/signals/new", content=f"text={text}", headers=FORM)
        assert answer.status_code == 422

    def test_a_file_in_place_of_a_text_is_refused(self, client_for):
        answer = client_for(Role.INVESTOR).post("/signals/new", files={"text": ("a.txt", b"x" * 100)})
        assert answer.status_code == 422

    def test_a_form_that_is_json_says_nothing(self, client_for):
        answer = client_for(Role.INVESTOR).post("/signals/new", json={"text": "열 글자가 넘는 수요 설명입니다."})
        assert (answer.status_code, set(answer.json()["faults"])) == (422, {"text"})

    def test_eleven_megabytes_are_too_much(self, client_for):
        answer = client_for(Role.INVESTOR).post("/signals/new", content=b"text=" + b"x" * 11_000_000, headers=FORM)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
