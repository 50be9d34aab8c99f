import csv
import io
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from sqlmodel import Session, func, select

from fund_service import cli, operations
from fund_service.cli import demand, records
from fund_service.settings import Settings
from matching.encoding.encoder import HashingEncoder
from models.person import AccessToken, Person, Role
from models.plan import Pillar, Technology
from models.project import RndProject
from models.signal import DemandSignal

Fund = Callable[..., Result]


@pytest.fixture
def fund(settings: Settings, database: object, monkeypatch: pytest.MonkeyPatch) -> Fund:
    """Run the command line on the test's database."""
    monkeypatch.setenv("FUND_HOME", str(settings.home))
    monkeypatch.delenv("FUND_DATABASE_URL", raising=False)

    def fund(*arguments: object) -> Result:
        return CliRunner().invoke(cli.main, [str(argument) for argument in arguments])

    return fund


def test_every_command_explains_itself(fund: Fund):
    for name, command in cli.main.commands.items():
        assert command.help, name
        assert fund(name, "--help").exit_code == 0


def test_an_unknown_command_is_wrong_usage(fund: Fund):
    assert fund("dance").exit_code == 2


def test_the_plan_is_seeded_once_and_found_unchanged_after(fund: Fund, read: Session):
    assert fund("seed", "plan").stdout == "added 178, changed 0, unchanged 0\n"
    assert fund("seed", "plan").stdout == "added 0, changed 0, unchanged 178\n"
    assert read.exec(select(func.count()).select_from(Technology)).one() == 50


def test_an_import_counts_what_it_did_and_a_second_one_changes_nothing(fund: Fund, tmp_path: Path):
    file = tmp_path / "projects.csv"
    file.write_text("과제번호,과제명,요약\nA-1,고체전해질 개발,황화물계 고체전해질을 개발한다.\n", encoding="utf-8")
    fund("seed", "plan")
    assert fund("import", "projects", file).stdout == "added 1, changed 0, unchanged 0\n"
    assert fund("import", "projects", file).stdout == "added 0, changed 0, unchanged 1\n"


def test_a_dry_run_changes_nothing(fund: Fund, tmp_path: Path, read: Session):
    file = tmp_path / "projects.csv"
    file.write_text("external_id,title_en\nA-1,Solid electrolytes\n", encoding="utf-8")
    fund("seed", "plan")
    assert fund("import", "projects", file, "--dry-run").stdout == "added 1, changed 0, unchanged 0\n"
    assert read.exec(select(func.count()).select_from(RndProject)).one() == 0


def test_a_bad_file_is_refused_with_the_line_on_standard_error(fund: Fund, tmp_path: Path):
    file = tmp_path / "projects.csv"
    file.write_text("external_id,title_en,trl_now\nA-1,Solid electrolytes,twelve\n", encoding="utf-8")
    fund("seed", "plan")
    refused = fund("import", "projects", file)
    assert refused.exit_code == 1
    assert refused.stdout == ""
    assert all(part in refused.stderr for part in ("2", "trl_now", "twelve"))


def test_a_missing_file_is_refused(fund: Fund, tmp_path: Path):
    refused = fund("import", "signals", tmp_path / "nothing.csv")
    assert refused.exit_code == 1
    assert "no such file" in refused.stderr


@pytest.mark.parametrize("rate", ["USD", "USD=", "usd=1380", "USD=-1", "USD=nan", "USD=1e999999", "=5"])
def test_a_rate_that_is_none_is_wrong_usage(rate: str):
    with pytest.raises(click.BadParameter, match="USD=1380"):
        records.read_rates((rate,))


def test_rates_are_read_exactly():
    assert records.read_rates(("USD=1380.5", "EUR=1500")) == {"USD": Decimal("1380.5"), "EUR": Decimal(1500)}


def test_the_role_table_is_printed_as_the_guards_read_it(fund: Fund):
    rows = list(csv.DictReader(io.StringIO(fund("roles", "--csv").stdout)))
    assert [row["operation"] for row in rows] == list(operations.OPERATIONS)
    for row in rows:
        permitted = operations.OPERATIONS[row["operation"]]
        for role in Role:
            assert (row[role.value] == "yes") == (permitted == operations.ANYONE or role in permitted)


def test_the_openapi_document_is_printed(fund: Fund):
    document = json.loads(fund("openapi").stdout)
    assert document["openapi"].startswith("3.1")
    assert "/signals/{signal_id}/matches" in document["paths"]


def test_a_token_is_shown_once_and_kept_as_a_digest(fund: Fund, people: dict[Role, Person], read: Session):
    secret = fund("token", "create", "--user", people[Role.PLANNER].email).stdout.strip()
    stored = read.exec(select(AccessToken)).one()
    assert secret.startswith("fund_")
    assert secret not in stored.model_dump_json()
    assert stored.person_id == people[Role.PLANNER].id


def test_a_token_for_nobody_is_refused(fund: Fund):
    refused = fund("token", "create", "--user", "nobody@example.org")
    assert refused.exit_code == 1
    assert "nobody@example.org" in refused.stderr


@pytest.mark.model
def test_the_demo_prints_how_to_sign_in_and_matching_and_summarising_it_end_in_a_table(
    fund: Fund, tmp_path: Path, read: Session
):
    printed = fund("seed", "demo").stdout
    assert "planner.programmes@demo.fund.example  planner" in printed
    assert "password of all:" in printed
    assert read.exec(select(func.count()).select_from(Person)).one() == 23
    matched = fund("match").stdout
    signals = read.exec(select(func.count()).select_from(DemandSignal)).one()
    assert matched.startswith(f"matched {signals} of {signals} signals with ")
    assert fund("match").stdout.startswith(f"matched 0 of {signals} signals")
    as_json: dict[str, Any] = json.loads(fund("demand", "--format", "json").stdout)
    assert as_json["rows"]
    for kind in ("csv", "xlsx", "md", "pdf"):
        file = tmp_path / f"demand.{kind}"
        assert fund("demand", "--format", kind, "--output", file).exit_code == 0
        assert file.stat().st_size > 100
    assert "인공지능" in fund("demand", "--by", "field").stdout
    assert "Artificial intelligence" in fund("demand", "--by", "field", "--language", "en").stdout


def test_demand_without_any_signal_says_so(fund: Fund):
    fund("seed", "plan")
    assert fund("demand").exit_code == 0


def test_the_relevance_watch_runs_from_the_shell(fund: Fund):
    fund("seed", "plan")
    assert "0 of 0 running projects flagged" in fund("relevance").stdout


def test_output_into_a_folder_that_is_missing_is_refused_and_leaves_nothing(tmp_path: Path):
    with pytest.raises(click.FileError):
        demand.write_whole(tmp_path / "missing" / "demand.csv", b"content")
    assert list(tmp_path.iterdir()) == []


def test_evaluating_a_folder_that_is_no_set_is_refused(fund: Fund, tmp_path: Path):
    refused = fund("evaluate", tmp_path)
    assert refused.exit_code == 1
    assert "corpus.jsonl" in refused.stderr


def test_evaluating_a_file_is_wrong_usage(fund: Fund, tmp_path: Path):
    file = tmp_path / "corpus.jsonl"
    file.touch()
    refused = fund("evaluate", file)
    assert refused.exit_code == 2
    assert "is a file" in refused.stderr


def test_an_encoder_that_is_not_there_is_told_without_a_trace(fund: Fund, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("FUND_ENCODER", str(tmp_path / "nowhere"))
    for command in (["evaluate", write_judged_set(tmp_path / "set")], ["match"]):
        refused = fund(*command)
        assert refused.exit_code == 1, refused.exception
        assert "The encoder cannot be used: " in refused.stderr
        assert "Traceback" not in refused.stderr


def test_a_home_that_cannot_be_made_is_told_without_a_trace(fund: Fund, tmp_path: Path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.delenv("FUND_DATABASE_URL", raising=False)
    monkeypatch.setenv("FUND_HOME", str(tmp_path / "file" / "home"))
    refused = fund("match")
    assert refused.exit_code == 1, refused.exception
    assert f"{tmp_path / 'file' / 'home'}: Not a directory" in refused.stderr


def test_a_database_of_another_kind_is_refused(fund: Fund, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FUND_DATABASE_URL", "sqlite:///fund.db")
    refused = fund("migrate")
    assert refused.exit_code == 1
    assert "postgresql+psycopg" in refused.stderr


def test_a_database_that_is_away_is_told_without_a_trace(fund: Fund, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FUND_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/fund")
    refused = fund("migrate")
    assert refused.exit_code == 1
    assert "cannot be reached" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_migrating_twice_is_fine(fund: Fund, read: Session):
    assert fund("migrate").exit_code == 0
    assert fund("migrate").exit_code == 0
    assert read.exec(select(func.count()).select_from(Pillar)).one() == 0


def test_the_first_administrator_is_made_in_the_shell_and_gives_the_others_their_accounts(fund: Fund, read: Session):
    made = fund("person", "create", "--email", "Admin@example.org", "--name", "관리자", "--role", "administrator")
    assert len(made.stdout.strip()) >= 20
    person = read.exec(select(Person)).one()
    assert (person.email, person.name) == ("admin@example.org", "관리자")
    both = ("--email", "two@example.org", "--name", "둘", "--role", "auditor", "--role", "fund_manager")
    refused = [
        fund("person", "create", *both),
        fund("person", "create", "--email", "none", "--name", "x", "--role", "planner"),
    ]
    assert [(result.exit_code, result.stdout) for result in refused] == [(1, "")] * 2


def write_judged_set(folder: Path) -> Path:
    (folder / "qrels").mkdir(parents=True)
    documents = [{"_id": "1", "text": "solid battery with ceramic electrolyte"}, {"_id": "2", "text": "cancer drug"}]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, documents)), encoding="utf-8")
    (folder / "queries.jsonl").write_text(json.dumps({"_id": "q", "text": "ceramic battery"}), encoding="utf-8")
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq\t1\t1\n", encoding="utf-8")
    return folder


def test_evaluating_prints_one_object_into_a_pipe(fund: Fund, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("fund_service.matches.encoders.encoder_of", lambda _: HashingEncoder())
    measured = fund(
        "evaluate", write_judged_set(tmp_path / "set"), "--system", "all", "--by-slice", "--against", "dense_share=.9"
    )
    assert measured.exit_code == 0, measured.stderr
    figures = json.loads(measured.stdout)
    assert (figures["system"], figures["ndcg@10"], figures["recall@100"]) == ("hybrid", 1, 1)
    assert set(figures["legs"]) == {"dense", "lexical"}
    assert figures["against"]["setting"] == {"dense_share": ".9"}
    assert "language en-en" in figures["slices"]


def test_evaluating_prints_tables_for_a_person(fund: Fund, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("fund_service.matches.encoders.encoder_of", lambda _: HashingEncoder())
    monkeypatch.setattr("fund_service.cli.evaluation.is_read_by_a_person", lambda: True)
    monkeypatch.setenv("COLUMNS", "160")
    measured = fund(
        "evaluate", write_judged_set(tmp_path / "set"), "--system", "all", "--by-slice", "--against", "encoder=another"
    )
    assert measured.exit_code == 0, measured.stderr
    for words in ("ndcg@10", "1.000 [1.000, 1.000]", "dense", "lexical", "language en-en", "changed by", "hashing"):
        assert words in measured.stdout


@pytest.mark.parametrize("against", ["dense_share", "=1", "dense_share=", "sharpness=1", "dense_share=much"])
def test_comparing_with_a_setting_there_is_not_is_wrong_usage(fund: Fund, tmp_path: Path, against: str, monkeypatch):
    monkeypatch.setattr("fund_service.matches.encoders.encoder_of", lambda _: HashingEncoder())
    refused = fund("evaluate", write_judged_set(tmp_path / "set"), "--against", against)
    assert refused.exit_code == 2
    assert "--against" in refused.stderr
