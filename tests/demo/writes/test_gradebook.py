"""docs/powerschool.md 13.4: the gradebook of teachers."""

from __future__ import annotations

import pytest

from tests.demo.writes.conftest import fields_of

ASSIGNMENTS = "/ws/xte/section/assignment"
CATEGORIES = "/ws/xte/teacher_category"
SCORES = "/ws/xte/score"
TABLES = ("Assignment", "AssignmentSection", "AssignmentCategoryAssoc", "AssignmentScore", "TeacherCategory")
YEAR = 36


@pytest.fixture(scope="module")
def api(clients):
    return clients(fields_of(*TABLES), level="FullAccess", name="Gradebook")


@pytest.fixture(scope="module")
def teacher(rows):
    """A teacher with at least two sections that have students: (Users.DCID, two Sections.DCID)."""
    found = rows(
        """SELECT f.Users_DCID, s.DCID FROM Sections s JOIN SectionTeacher t ON t.SectionID = s.ID
        JOIN SchoolStaff f ON f.ID = t.TeacherID WHERE s.YearID = ? AND s.No_of_Students > 2
        AND f.Users_DCID IN (SELECT UsersDCID FROM TeacherCategory) ORDER BY 1, 2""",
        YEAR,
    )
    users = [dcid for dcid, _ in found]
    chosen = next(dcid for dcid in users if len({section for one, section in found if one == dcid}) > 1)
    return chosen, *sorted({section for one, section in found if one == chosen})[:2]


@pytest.fixture(scope="module")
def who(teacher):
    return {"users_dcid": teacher[0]}


@pytest.fixture(scope="module")
def category(rows, teacher):
    return rows("SELECT min(TeacherCategoryID) FROM TeacherCategory WHERE UsersDCID = ?", teacher[0])[0][0]


@pytest.fixture(scope="module")
def member(rows, teacher):
    """Students.DCID of somebody in the teacher's first section."""
    sql = """SELECT t.DCID FROM CC JOIN Sections s ON s.ID = CC.SectionID JOIN Students t ON t.ID = CC.StudentID
        WHERE s.DCID = ? ORDER BY t.DCID LIMIT 1"""
    return rows(sql, teacher[1])[0][0]


@pytest.fixture
def sent(teacher, category):
    """Makes an assignment for the teacher's first section, or for those named, with some values changed."""

    def make(sections=None, **changes):
        return {
            "hasstandards": False,
            "standardscoringmethod": "GradeScale",
            "yearid": YEAR,
            "_assignmentsections": [
                {
                    "sectionsdcid": section, "name": "Quiz 1", "description": "<p>Bring a pencil</p>",
                    "duedate": "2026-12-01", "scoretype": "POINTS", "scoreentrypoints": 20, "totalpointvalue": 20,
                    "weight": 1.5, "iscountedinfinalgrade": True, "isscoringneeded": True, "isscorespublish": False,
                    "publishoption": "Immediately",
                    "_assignmentcategoryassociations": [{"teachercategoryid": category, "isprimary": True}],
                    "_assignmentstudentassociations": [],
                    **changes,
                }
                for section in sections or teacher[1:2]
            ],
            "_assignmentstandardassociations": [],
        }  # fmt: skip

    return make


@pytest.fixture
def made(api, who, sent):
    """A new assignment, deleted with its scores after the test."""
    found = api.post(f"{ASSIGNMENTS}/", params=who, json=sent()).json()
    yield found
    api.delete(f"{ASSIGNMENTS}/{found['assignmentid']}", params={**who, "force": "true"})


@pytest.fixture
def score(made, member):
    """Makes a score for the assignment."""

    def make(**changes):
        place = made["_assignmentsections"][0]["assignmentsectionid"]
        return {"_assignmentsection": {"assignmentsectionid": place}, "studentsdcid": member, "scoretype": "POINTS",
                "actualscoreentered": "18", "actualscorekind": "REAL_SCORE", "scorepoints": 18, **changes}  # fmt: skip

    return make


def test_created_assignment_is_found_again(api, rows, teacher, who, sent):
    answer = api.post(f"{ASSIGNMENTS}/", params=who, json=sent(teacher[1:]))
    found = answer.json()
    key = found["assignmentid"]
    assert answer.status_code == 201
    assert answer.headers["Location"] == str(api.base_url.join(f"{ASSIGNMENTS}/{key}"))
    assert (found["_name"], found["_id"], found["createdbyplugin"], found["yearid"]) == ("assignment", key, True, YEAR)
    first = found["_assignmentsections"][0]
    assert first.items() >= {
        "_name": "assignmentsection", "sectionsdcid": teacher[1], "name": "Quiz 1", "duedate": "2026-12-01",
        "scoreentrypoints": 20, "weight": 1.5, "iscountedinfinalgrade": True, "isscorespublish": False,
        "islocked": False, "minvalues": {"minpercent": None, "minpoints": None, "mingrade": None},
    }.items()  # fmt: skip
    assert first["_assignmentcategoryassociations"][0]["isprimary"] is True
    single = api.get(f"{ASSIGNMENTS}/{key}", params=who).json()
    assert single.pop("$breach_mitigation") != found.pop("$breach_mitigation")
    assert single == found
    listed = api.get(f"{ASSIGNMENTS}/", params={**who, "section_ids": f"{teacher[1]},{teacher[2]}"}).json()
    assert listed == [found]
    columns = "projection=name,sectionsdcid,duedate"
    read = api.get(f"/ws/schema/table/assignmentsection/{first['assignmentsectionid']}?{columns}").json()
    assert read["tables"]["assignmentsection"] == {
        "name": "Quiz 1", "sectionsdcid": str(teacher[1]), "duedate": "2026-12-01"}  # fmt: skip
    gone = api.delete(f"{ASSIGNMENTS}/{key}", params=who)
    assert (gone.status_code, gone.content) == (204, b"")
    for table in TABLES[:3]:
        assert rows(f"SELECT count(*) FROM {table}") == [(0,)]
    assert api.get(f"{ASSIGNMENTS}/{key}", params=who).status_code == 404


@pytest.mark.parametrize("shown", [True, False])
def test_breach_mitigation(api, who, made, switched, shown):
    switched(xte_breach_mitigation=shown)
    found = api.get(f"{ASSIGNMENTS}/{made['assignmentid']}", params=who).json()
    assert ("$breach_mitigation" in found) == shown


def test_replacing_everything_needs_all_sections(api, teacher, who, sent, made):
    path = f"{ASSIGNMENTS}/{made['assignmentid']}"
    both = api.put(path, params=who, json=sent(teacher[1:], name="Quiz 2", description=None))
    assert both.status_code == 200
    assert [one["name"] for one in both.json()["_assignmentsections"]] == ["Quiz 2", "Quiz 2"]
    assert both.json()["_assignmentsections"][0]["description"] is None
    place = made["_assignmentsections"][0]["assignmentsectionid"]
    assert both.json()["_assignmentsections"][0]["assignmentsectionid"] == place
    less = api.put(path, params=who, json=sent())
    assert (less.status_code, less.json()) == (409, {"message": "All sections of the assignment have to be present"})


def test_sections_share_all_but_due_date_and_students(api, teacher, who, sent):
    body = sent(teacher[1:])
    body["_assignmentsections"][1] |= {"duedate": "2026-12-02",
                                       "_assignmentstudentassociations": [{"studentsdcid": 431}]}  # fmt: skip
    fine = api.post(f"{ASSIGNMENTS}/", params=who, json=body)
    assert fine.status_code == 201
    assert fine.json()["_assignmentsections"][1]["_assignmentstudentassociations"][0]["studentsdcid"] == 431
    api.delete(f"{ASSIGNMENTS}/{fine.json()['assignmentid']}", params=who)
    body["_assignmentsections"][1]["weight"] = 3
    assert api.post(f"{ASSIGNMENTS}/", params=who, json=body).status_code == 409


@pytest.mark.parametrize(
    ("change", "status"),
    [({"name": ""}, 400), ({"name": "x" * 51}, 400), ({"duedate": "12/1/2026"}, 400), ({"weight": "1"}, 400),
     ({"scoretype": "STARS"}, 400), ({"isscoringneeded": "yes"}, 400), ({"sectionsdcid": 99999999}, 403),
     ({"_assignmentcategoryassociations": [{"teachercategoryid": 1}]}, 409),
     ({"_assignmentcategoryassociations": [1]}, 400)],
)  # fmt: skip
def test_assignments_that_are_refused(api, rows, who, sent, change, status):
    assert api.post(f"{ASSIGNMENTS}/", params=who, json=sent(**change)).status_code == status
    assert rows("SELECT count(*) FROM Assignment") == [(0,)]
    assert rows("SELECT count(*) FROM AssignmentSection") == [(0,)]


@pytest.mark.parametrize(
    ("change", "status"), [({"yearid": None}, 400), ({"_assignmentsections": []}, 400),
                           ({"_assignmentstandardassociations": [{"standardid": 1}]}, 409)]
)  # fmt: skip
def test_heads_that_are_refused(api, who, sent, change, status):
    assert api.post(f"{ASSIGNMENTS}/", params=who, json={**sent(), **change}).status_code == status


def test_whose_gradebook_it_is(api, rows, teacher, who, sent, made):
    path = f"{ASSIGNMENTS}/{made['assignmentid']}"
    other = rows("SELECT min(UsersDCID) FROM TeacherCategory WHERE UsersDCID <> ?", teacher[0])[0][0]
    assert api.get(path).status_code == 400
    assert api.get(path, params={"users_dcid": 99999999}).status_code == 404
    assert api.get(path, params={"users_dcid": other}).status_code == 404
    assert api.delete(path, params={"users_dcid": other}).status_code == 404
    assert api.post(f"{ASSIGNMENTS}/", params={"users_dcid": other}, json=sent()).status_code == 403
    lists = {**who, "section_ids": "99999999"}
    assert api.get(f"{ASSIGNMENTS}/", params=lists).status_code == 403
    assert api.get(f"{ASSIGNMENTS}/", params={**who, "section_ids": "a,b"}).status_code == 400


def test_scores_are_saved_changed_and_read(api, rows, who, member, score):
    saved = api.put(SCORES, params={**who, "status": "A", "term_id": 3601}, json={"assignment_scores": [score()]})
    (first,) = saved.json()["assignment_scores"]
    assert saved.status_code == 200
    assert (first["studentsdcid"], first["scorepoints"], first["actualscoreentered"]) == (member, 18, "18")
    key = first["assignmentscoreid"]
    again = api.put(f"{SCORES}/assignment", params=who, json=score())
    assert again.status_code == 409
    changed = score(assignmentscoreid=key, actualscoreentered="19.5", scorepoints=19.5)
    assert api.put(f"{SCORES}/assignment", params=who, json=changed).json()["scorepoints"] == 19.5
    read = api.get(f"/ws/schema/table/assignmentscore/{key}?projection=scorepoints,studentsdcid").json()
    assert read["tables"]["assignmentscore"] == {"scorepoints": "19.5", "studentsdcid": str(member)}
    assert rows("SELECT count(*) FROM AssignmentScore") == [(1,)]


@pytest.mark.parametrize(
    ("change", "status"),
    [({"studentsdcid": 99999999}, 409), ({"_assignmentsection": {"assignmentsectionid": 99999999}}, 409),
     ({"_assignmentsection": None}, 400), ({"scoretype": "PERCENT"}, 409), ({"assignmentscoreid": 5}, 409),
     ({"scorepoints": "18"}, 400)],
)  # fmt: skip
def test_one_score_that_is_refused_keeps_all_out(api, rows, who, score, change, status):
    body = {"assignment_scores": [score(), score(**change)]}
    if "assignmentscoreid" in change:
        body["assignment_scores"] = [score(**change)]
    assert api.put(SCORES, params=who, json=body).status_code == status
    assert rows("SELECT count(*) FROM AssignmentScore") == [(0,)]


def test_plugins_save_assignment_scores_alone(api, who, score):
    body = {"assignment_scores": [score()], "standard_scores": []}
    assert api.put(SCORES, params=who, json=body).status_code == 403
    assert api.put(SCORES, params=who, json={}).status_code == 400


def test_resubmitting_scores(api, rows, who, switched, score):
    switched(xte_resubmit=True)
    body = {"assignment_scores": [score()]}
    assert [api.put(SCORES, params=who, json=body).status_code for _ in range(2)] == [412, 200]
    assert rows("SELECT count(*) FROM AssignmentScore") == [(1,)]


def test_a_scored_assignment_is_protected(api, rows, who, sent, made, score):
    api.put(f"{SCORES}/assignment", params=who, json=score())
    path = f"{ASSIGNMENTS}/{made['assignmentid']}"
    assert api.put(path, params=who, json=sent(name="Renamed")).status_code == 200
    percent = sent(scoretype="PERCENT")
    assert api.put(path, params=who, json=percent).status_code == 409
    assert api.put(path, params={**who, "update_scores": "true"}, json=percent).status_code == 200
    assert rows("SELECT ScoreType FROM AssignmentScore") == [("PERCENT",)]
    assert api.delete(path, params=who).status_code == 412
    assert rows("SELECT count(*) FROM AssignmentScore") == [(1,)]
    assert api.delete(path, params={**who, "force": "true"}).status_code == 204
    assert rows("SELECT count(*) FROM AssignmentScore") == [(0,)]


def test_categories(api, rows, teacher, who, made, category):
    year = {**who, "year_id": YEAR}
    found = api.get(CATEGORIES, params=year).json()
    assert [one["name"] for one in found] == ["Homework", "Quiz", "Test"]
    assert found[0].items() >= {
        "_name": "teachercategory", "categorytype": "user", "isactive": True, "defaulttotalvalue": 10,
        "usersdcid": teacher[0], "districtteachercategoryid": None}.items()  # fmt: skip
    assert api.get(CATEGORIES, params={**who, "year_id": 35}).json() == []
    assert api.get(CATEGORIES, params=who).status_code == 400
    new = api.post(CATEGORIES, params=year, json={"name": "Labs", "isactive": False})
    assert (new.status_code, new.json()["isactive"], new.json()["teachermodified"]) == (201, False, False)
    path = f"{CATEGORIES}/{new.json()['teachercategoryid']}"
    assert api.put(path, params=who, json={"name": "Lab work"}).json()["teachermodified"] is True
    assert api.get(path, params=who).json()["name"] == "Lab work"
    assert api.delete(path, params=who).status_code == 204
    assert api.get(path, params=who).status_code == 404
    assert api.delete(f"{CATEGORIES}/{category}", params=who).status_code == 409


def test_grants(clients, teacher, who, sent):
    viewer = clients(fields_of(*TABLES), level="ViewOnly", name="Gradebook viewer")
    assert viewer.get(CATEGORIES, params={**who, "year_id": YEAR}).status_code == 200
    assert viewer.get(ASSIGNMENTS, params={**who, "section_ids": teacher[1]}).json() == []
    assert viewer.post(f"{ASSIGNMENTS}/", params=who, json=sent()).status_code == 403
    assert viewer.put(SCORES, params=who, json={"assignment_scores": [{}]}).status_code == 403
    nobody = clients([], name="Gradebook nobody")
    denied = nobody.get(CATEGORIES, params={**who, "year_id": YEAR})
    assert denied.json()["errors"] == [
        {"code": "NoAccess", "field": "TeacherCategoryID", "resource": "TeacherCategory"}
    ]


def test_the_district_keeps_no_standards(api, teacher, who):
    sections = {**who, "section_ids": teacher[1]}
    assert api.get("/ws/xte/section/standard", params=sections).json() == []
    assert api.get("/ws/xte/section/standard", params={**who, "section_ids": 99999999}).status_code == 403
    body = {"assignment_ids": [1], "standard_ids": [], "section_ids": [teacher[1]]}
    assert api.post("/ws/xte/standard/score", json=body).json() == []
    assert api.post("/ws/xte/standard/score", json={**body, "section_ids": ["1"]}).status_code == 400
