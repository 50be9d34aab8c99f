"""What an investor has said yes to, for the matcher to know their taste by."""

from sqlmodel import Session

from fund_service.answers.profile import accepted_projects
from models.deal import Deal, DealStage
from models.person import Role


def test_a_profile_holds_what_was_wanted_last_and_what_the_committee_agreed_to(scene, store, people, database):
    signal, other = scene.signal(), scene.signal("다른 수요를 적은 신호입니다.")
    wanted, passed, taken_back, agreed, looked_at = (scene.project(f"과제 {number}") for number in range(5))
    scene.answer((signal, wanted), "meeting")
    scene.answer((signal, passed))
    scene.answer((signal, passed), "passed", reason="stage")
    scene.answer((signal, taken_back))
    scene.answer((signal, taken_back), "taken_back")
    lead = people[Role.FUND_MANAGER].id
    for project, stage in ((agreed, DealStage.APPROVED), (looked_at, DealStage.SCREENING)):
        facts = {"company_id": scene.lead.id, "lead_id": lead, "amount_krw": 1, "title_ko": "투자", "stage": stage}
        store(Deal(signal_id=signal.id, project_id=project.id, **facts))
    with Session(database) as session:
        found = accepted_projects(session, [signal.id, other.id])
        assert found == {signal.id: sorted([wanted.id, agreed.id])}
        assert accepted_projects(session, []) == {}
