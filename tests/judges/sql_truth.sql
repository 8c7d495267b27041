-- What a OneRoster delivery of one school year has to hold, said in plain SQL over PowerSchool's own tables.
--
-- Before this script runs, temp.param holds one row (today, district, guests: whether students of other schools are brought
-- in), temp.chosen the numbers of the schools (no row: all of them), and the function visible(text) says whether a text
-- shows anything at all: blanks, zero-width and control characters show nothing. Column names on the left of "expected_"
-- views are those of the OneRoster files. The numbers name the sections of docs/powerschool.md.

-- Schools: 0 is the district office and 999999 the graduates' (16.4).
CREATE TEMP TABLE real_school AS
SELECT DCID AS dcid, School_Number AS number, Name AS name FROM Schools
WHERE School_Number NOT IN (0, 999999) AND visible(Name)
    AND (School_Number IN (SELECT number FROM chosen) OR NOT EXISTS (SELECT 1 FROM chosen));

-- The year that most schools' year rows say it is, each from its first day in session where the calendar has any; in a
-- gap it is still the one that ended last (YearID, 16.4).
CREATE TEMP TABLE year AS
WITH span AS (
    SELECT t.YearID AS id, t.LastDay AS last,
        coalesce((SELECT min(d.Date_Value) FROM Calendar_Day d
                  WHERE d.SchoolID = t.SchoolID AND d.InSession = 1 AND d.Date_Value BETWEEN t.FirstDay AND t.LastDay),
                 t.FirstDay) AS first
    FROM Terms t JOIN real_school s ON s.number = t.SchoolID WHERE t.IsYearRec = 1 AND t.FirstDay <= t.LastDay
), candidate AS (
    SELECT id, 1 AS choice, count(*) AS schools FROM span, param WHERE today BETWEEN first AND last GROUP BY id
    UNION ALL
    SELECT id, 3, 1 FROM span, param WHERE last < today GROUP BY id
)
SELECT id FROM candidate ORDER BY choice, schools DESC, id DESC LIMIT 1;

-- Terms of the year at real schools. Terms.ID repeats per school. A class of the term ends naturally on the last day
-- on which the school was in session in it.
CREATE TEMP TABLE real_term AS
SELECT t.DCID AS dcid, t.ID AS id, t.SchoolID AS number, s.dcid AS school, t.YearID AS year, t.Name AS name,
    t.Portion AS portion, t.IsYearRec AS is_year, t.FirstDay AS first, t.LastDay AS last,
    coalesce((SELECT max(d.Date_Value) FROM Calendar_Day d
              WHERE d.SchoolID = t.SchoolID AND d.InSession = 1 AND d.Date_Value BETWEEN t.FirstDay AND t.LastDay),
             t.LastDay) AS natural_end
FROM Terms t JOIN real_school s ON s.number = t.SchoolID
WHERE t.YearID = (SELECT id FROM year) AND visible(t.Name) AND t.FirstDay IS NOT NULL AND t.LastDay IS NOT NULL
    -- What ends before it begins is not delivered, nor what hangs on it.
    AND t.FirstDay <= t.LastDay;
CREATE INDEX temp.real_term_id ON real_term (id, number);

-- Courses with a title; school 0 or none is the district (16.4). Sections name a course by number, whatever its letters'
-- case: of several the school's own, then the district's, spelled alike; where that tells none, the class is not there (23).
CREATE TEMP TABLE real_course AS
SELECT c.DCID AS dcid, c.Course_Number AS number, c.Course_Name AS name,
    CASE WHEN coalesce(c.SchoolID, 0) = 0 THEN 'district' ELSE s.dcid END AS org
FROM Courses c LEFT JOIN real_school s ON s.number = c.SchoolID
WHERE visible(c.Course_Name) AND (coalesce(c.SchoolID, 0) = 0 OR s.dcid IS NOT NULL);

-- Classes: sections of the year that have a course, a school and a term at that school (join rule in 16.4).
CREATE TEMP TABLE real_class AS
SELECT s.DCID AS dcid, s.ID AS id, c.dcid AS course, c.name AS course_name, o.dcid AS school, t.dcid AS term,
    t.natural_end AS natural_end, s.Section_Number AS number, s.Course_Number AS course_number,
    s.Expression AS expression, s.Room AS room
FROM Sections s
JOIN real_course c ON c.dcid = coalesce(
    (SELECT CASE WHEN count(*) = 1 THEN min(x.DCID) END FROM Courses x
        WHERE x.DCID >= 0 AND upper(x.Course_Number) = upper(s.Course_Number)),
    (SELECT CASE WHEN count(*) = 1 THEN min(x.DCID) END FROM Courses x
        WHERE x.DCID >= 0 AND x.Course_Number = s.Course_Number AND x.SchoolID = s.SchoolID),
    (SELECT CASE WHEN count(*) = 1 THEN min(x.DCID) END FROM Courses x
        WHERE x.DCID >= 0 AND x.Course_Number = s.Course_Number AND x.SchoolID = 0),
    (SELECT CASE WHEN count(*) = 1 THEN min(x.DCID) END FROM Courses x
        WHERE x.DCID >= 0 AND x.Course_Number = s.Course_Number))
JOIN real_school o ON o.number = s.SchoolID
JOIN real_term t ON t.id = s.TermID AND t.number = s.SchoolID
WHERE s.TermID BETWEEN (SELECT id FROM year) * 100 AND (SELECT id FROM year) * 100 + 99;
CREATE INDEX temp.real_class_id ON real_class (id);

-- Students: active at a real school, with an account name, a given and a family name (16.2). With guests, those of schools
-- that were not chosen may be in, too: they have no school yet.
CREATE TEMP TABLE candidate AS
SELECT s.DCID AS dcid, s.ID AS id, o.dcid AS home
FROM Students s LEFT JOIN real_school o ON o.number = s.SchoolID
WHERE s.Enroll_Status = 0 AND visible(s.Student_Web_ID) AND visible(s.First_Name) AND visible(s.Last_Name)
    AND (o.dcid IS NOT NULL OR (SELECT guests FROM param) AND s.SchoolID IN (
        SELECT School_Number FROM Schools WHERE School_Number NOT IN (SELECT number FROM chosen)));
CREATE INDEX temp.candidate_id ON candidate (id);

-- Whom a section names as its teacher leads it, whatever the role is called (23).
CREATE TEMP TABLE named AS
SELECT k.id AS section, p.Users_DCID AS person FROM real_class k
JOIN Sections s ON s.DCID = k.dcid JOIN SchoolStaff p ON p.ID = s.Teacher;
CREATE INDEX temp.named_section ON named (section);

-- Teaching rows of the year's classes, over or not: lead and co-teachers, and whom the section names. The latter needs no
-- row: then it has neither dates nor a number but the section's.
CREATE TEMP TABLE teaching_row AS
SELECT a.ID AS id, k.id AS section, k.dcid AS class, k.school AS school, k.natural_end AS natural_end,
    p.Users_DCID AS person, a.Start_Date AS first, a.End_Date AS last,
    p.Users_DCID IN (SELECT person FROM named n WHERE n.section = k.id) AS named,
    CASE r.Name WHEN 'Lead Teacher' THEN 'lead' WHEN 'Co-teacher' THEN 'co-teacher' END AS role
FROM SectionTeacher a
JOIN real_class k ON k.id = a.SectionID
JOIN SchoolStaff p ON p.ID = a.TeacherID
LEFT JOIN RoleDef r ON r.ID = a.RoleID;
INSERT INTO teaching_row
SELECT 1000000000000000 + k.dcid, k.id, k.dcid, k.school, k.natural_end, n.person, NULL, NULL, 1, 'lead'
FROM named n JOIN real_class k ON k.id = n.section
WHERE NOT EXISTS (SELECT 1 FROM teaching_row a WHERE a.section = k.id AND a.person = n.person);
UPDATE teaching_row SET role = 'lead' WHERE named AND role IS NOT 'lead' AND NOT EXISTS (
    SELECT 1 FROM teaching_row o WHERE o.section = teaching_row.section AND o.person = teaching_row.person
    AND o.role = 'lead' AND NOT coalesce(o.last < o.first, 0)
    AND (o.last IS NULL OR o.last >= (SELECT today FROM param) OR o.last >= o.natural_end));
DELETE FROM teaching_row WHERE role IS NULL;

-- One that ended counts no more, unless it lasted to the class's own end (9.1).
CREATE TEMP TABLE assignment AS
SELECT *, min((SELECT today FROM param), natural_end) AS day FROM teaching_row
WHERE (last IS NULL OR last >= (SELECT today FROM param) OR last >= natural_end) AND NOT coalesce(last < first, 0);

-- Positions that are current; the district office counts as the district (16.3), where all schools are chosen.
CREATE TEMP TABLE position AS
SELECT DISTINCT p.Users_DCID AS person, coalesce(s.dcid, 0) AS school
FROM SchoolStaff p LEFT JOIN real_school s ON s.number = p.SchoolID
WHERE p.Status = 1 AND (s.dcid IS NOT NULL OR p.SchoolID = 0 AND NOT EXISTS (SELECT 1 FROM chosen));

-- Staff: one person a Users row, a teacher who has taught, teaches or will teach a class this year, else an administrator.
-- The user name of both is that of the teachers' portal, else that of the admin portal.
CREATE TEMP TABLE real_staff AS
SELECT * FROM (
    SELECT u.DCID AS dcid, u.DCID IN (SELECT person FROM teaching_row) AS teaches,
        CASE WHEN visible(u.TeacherLoginID) THEN u.TeacherLoginID ELSE u.LoginID END AS username
    FROM Users u
    WHERE u.DCID IN (SELECT person FROM position) AND visible(u.First_Name) AND visible(u.Last_Name)
) WHERE visible(username);
CREATE INDEX temp.real_staff_dcid ON real_staff (dcid);

-- The organisations of a staff member: the home school first, then the others.
CREATE TEMP TABLE membership AS
SELECT p.person AS person, CASE p.school WHEN 0 THEN 'district' ELSE p.school END AS org,
    row_number() OVER (PARTITION BY p.person ORDER BY coalesce(s.number, 0) <> u.HomeSchoolId, p.school) AS place
FROM position p JOIN Users u ON u.DCID = p.person LEFT JOIN real_school s ON s.dcid = p.school;
CREATE INDEX temp.membership_person ON membership (person);

-- Students' enrollments: this year's CC rows, dropped ones with a negative sign (16.5). DateLeft is the first day not in
-- the class. Who left after the last school day of the term saw the class through, whatever the sign.
CREATE TEMP TABLE real_cc AS
SELECT c.DCID AS dcid, k.dcid AS class, k.school AS school, s.dcid AS student, c.DateEnrolled AS first,
    c.DateLeft AS last
FROM CC c
JOIN real_class k ON k.id = abs(c.SectionID)
JOIN candidate s ON s.id = c.StudentID
WHERE abs(c.TermID) BETWEEN (SELECT id FROM year) * 100 AND (SELECT id FROM year) * 100 + 99
    AND c.DateEnrolled IS NOT NULL
    AND (c.DateLeft IS NULL OR c.DateLeft > c.DateEnrolled)
    AND (coalesce(c.DateLeft > k.natural_end AND (c.SectionID > 0 OR c.DateLeft <= (SELECT today FROM param)), 0)
         OR (c.SectionID > 0 AND (c.DateLeft IS NULL OR c.DateLeft > (SELECT today FROM param))));

-- Who is where: at home first, then at the schools of the enrollments. Guests are there for these alone.
CREATE TEMP TABLE attends AS
SELECT dcid AS student, home AS school, 0 AS place FROM candidate WHERE home IS NOT NULL
UNION SELECT r.student, r.school, r.school FROM real_cc r JOIN candidate s ON s.dcid = r.student
WHERE r.school IS NOT s.home;
CREATE INDEX temp.attends_student ON attends (student);
CREATE TEMP TABLE real_student AS
SELECT s.dcid AS dcid, s.id AS id, coalesce(s.home, min(t.school)) AS school
FROM candidate s JOIN attends t ON t.student = s.dcid GROUP BY s.dcid;
CREATE INDEX temp.real_student_id ON real_student (id);
CREATE INDEX temp.real_student_dcid ON real_student (dcid);

-- Relationships of delivered students with people who have a name, and those people (16.7).
CREATE TEMP TABLE real_detail AS
SELECT StudentContactAssocID AS link, min(StudentContactDetailID) AS id FROM StudentContactDetail, param
WHERE IsActive = 1 AND coalesce(StartDate, today) <= today AND coalesce(EndDate, today) >= today
GROUP BY StudentContactAssocID;
CREATE INDEX temp.real_detail_link ON real_detail (link);
CREATE TEMP TABLE real_relationship AS
SELECT a.StudentContactAssocID AS id, a.StudentDCID AS student, s.school AS school, a.PersonID AS contact,
    c.Code AS relation,
    CASE WHEN c.Code IN ('Mother', 'Father', 'Parent') THEN 'parent'
         WHEN c.Code IN ('Guardian', 'Legal Guardian', 'Foster Parent') THEN 'guardian'
         WHEN c.Code IS NOT NULL THEN 'relative' END AS role,
    e.id AS detail
FROM StudentContactAssoc a
JOIN real_student s ON s.dcid = a.StudentDCID
JOIN Person p ON p.ID = a.PersonID AND coalesce(p.IsActive, 1) <> 0 AND visible(p.FirstName) AND visible(p.LastName)
-- A relationship without a detail that is active today has ended.
JOIN real_detail e ON e.link = a.StudentContactAssocID
JOIN StudentContactDetail d ON d.StudentContactDetailID = e.id
LEFT JOIN CodeSet c ON c.CodeSetID = coalesce(d.RelationshipTypeCodeSetID, a.CurrRelTypeCodeSetID);
CREATE INDEX temp.real_relationship_student ON real_relationship (student);
CREATE INDEX temp.real_relationship_contact ON real_relationship (contact);

-- The address and number of a person: the first ones in PowerSchool's own order.
CREATE TEMP VIEW mail AS
SELECT a.PersonID AS person, e.EmailAddress AS address, row_number() OVER (
    PARTITION BY a.PersonID ORDER BY a.EmailAddressPriorityOrder NULLS LAST, a.IsPrimaryEmailAddress DESC NULLS LAST,
        a.PersonEmailAddressAssocID) AS place
FROM PersonEmailAddressAssoc a JOIN EmailAddress e ON e.EmailAddressID = a.EmailAddressID;
CREATE TEMP TABLE first_mail AS SELECT person, address FROM mail WHERE place = 1;
CREATE INDEX temp.first_mail_person ON first_mail (person);
CREATE TEMP VIEW number AS
SELECT a.PersonID AS person, n.PhoneNumber AS number, row_number() OVER (
    PARTITION BY a.PersonID ORDER BY a.PhoneNumberPriorityOrder NULLS LAST, a.IsPreferred DESC NULLS LAST,
        a.PersonPhoneNumberAssocID) AS place
FROM PersonPhoneNumberAssoc a JOIN PhoneNumber n ON n.PhoneNumberID = a.PhoneNumberID;
CREATE TEMP TABLE first_number AS SELECT person, number FROM number WHERE place = 1;
CREATE INDEX temp.first_number_person ON first_number (person);

-- The records, one view an entity, with the attributes as the OneRoster preset maps them.
CREATE TEMP VIEW expected_school AS
SELECT 'district' AS sourcedId, district AS name, 'district' AS type, NULL AS identifier, NULL AS parentSourcedId
FROM param
UNION ALL SELECT dcid, name, 'school', number, 'district' FROM real_school;

CREATE TEMP VIEW expected_calendar AS
SELECT dcid AS sourcedId, name AS title,
    CASE portion WHEN 1 THEN 'schoolYear' WHEN 2 THEN 'semester' WHEN 3 THEN 'semester' ELSE 'gradingPeriod' END
        AS type,
    first AS startDate, last AS endDate,
    CASE WHEN is_year = 1 THEN NULL
         ELSE (SELECT y.dcid FROM real_term y WHERE y.number = t.number AND y.is_year = 1) END AS parentSourcedId,
    year + 1991 AS schoolYear, school
FROM real_term t;

CREATE TEMP VIEW expected_course AS
SELECT dcid AS sourcedId, NULL AS schoolYearSourcedId, name AS title, number AS courseCode, NULL AS grades,
    org AS orgSourcedId, NULL AS subjects, NULL AS subjectCodes, org AS school
FROM real_course;

CREATE TEMP VIEW expected_class AS
SELECT dcid AS sourcedId,
    course_name || ' (' || coalesce(number, '') || ') - ' || coalesce(expression, '') AS title, NULL AS grades,
    course AS courseSourcedId, course_number || '.' || coalesce(number, '') AS classCode, 'scheduled' AS classType,
    room AS location, school AS schoolSourcedId, term AS termSourcedIds, NULL AS subjects, NULL AS subjectCodes,
    expression AS periods, school
FROM real_class;

CREATE TEMP VIEW expected_student AS
SELECT r.dcid AS sourcedId, 'true' AS enabledUser,
    (SELECT group_concat(school) FROM (SELECT school FROM attends t WHERE t.student = r.dcid ORDER BY t.place))
        AS orgSourcedIds, 'student' AS role,
    s.Student_Web_ID AS username,
    CASE WHEN s.State_StudentNumber NOT GLOB '*[^A-Za-z0-9._-]*' AND s.State_StudentNumber <> ''
         THEN '{StateID:' || s.State_StudentNumber || '}' END AS userIds,
    s.First_Name AS givenName, s.Last_Name AS familyName, s.Middle_Name AS middleName, s.Student_Number AS identifier,
    (SELECT m.address FROM first_mail m WHERE m.person = s.Person_ID) AS email, NULL AS sms, NULL AS phone,
    (SELECT group_concat(DISTINCT 'C' || x.contact) FROM real_relationship x WHERE x.student = r.dcid)
        AS agentSourcedIds,
    CASE WHEN s.Grade_Level IN (-4, -3) THEN 'IT' WHEN s.Grade_Level IN (-2, -1) THEN 'PK'
         WHEN s.Grade_Level = 0 THEN 'KG' WHEN s.Grade_Level BETWEEN 1 AND 13 THEN printf('%02d', s.Grade_Level)
         WHEN s.Grade_Level IS NOT NULL THEN 'Other' END AS grades,
    NULL AS password, r.school AS school
FROM real_student r JOIN Students s ON s.DCID = r.dcid;

CREATE TEMP VIEW expected_staff AS
SELECT 'T' || r.dcid AS sourcedId, 'true' AS enabledUser,
    (SELECT group_concat(org) FROM (SELECT org FROM membership m WHERE m.person = r.dcid ORDER BY m.place))
        AS orgSourcedIds,
    CASE WHEN r.teaches THEN 'teacher' ELSE 'administrator' END AS role, r.username AS username, NULL AS userIds,
    u.First_Name AS givenName, u.Last_Name AS familyName, u.Middle_Name AS middleName, u.TeacherNumber AS identifier,
    u.Email_Addr AS email, NULL AS sms, NULL AS phone, NULL AS agentSourcedIds, NULL AS grades, NULL AS password,
    (SELECT group_concat(m.org) FROM membership m WHERE m.person = r.dcid) AS school
FROM real_staff r JOIN Users u ON u.DCID = r.dcid;
CREATE TEMP VIEW expected_teacher AS SELECT * FROM expected_staff WHERE role = 'teacher';
CREATE TEMP VIEW expected_admin AS SELECT * FROM expected_staff WHERE role = 'administrator';

CREATE TEMP VIEW expected_contact AS
SELECT 'C' || p.ID AS sourcedId, 'true' AS enabledUser,
    (SELECT group_concat(DISTINCT t.school) FROM real_relationship y JOIN attends t ON t.student = y.student
     WHERE y.contact = p.ID) AS orgSourcedIds,
    CASE WHEN max(x.role = 'parent') THEN 'parent' WHEN max(x.role = 'guardian') THEN 'guardian'
         ELSE 'relative' END AS role,
    'C' || p.ID AS username, NULL AS userIds, p.FirstName AS givenName, p.LastName AS familyName,
    p.MiddleName AS middleName, NULL AS identifier,
    (SELECT m.address FROM first_mail m WHERE m.person = p.ID) AS email, NULL AS sms,
    (SELECT n.number FROM first_number n WHERE n.person = p.ID) AS phone,
    group_concat(DISTINCT x.student) AS agentSourcedIds, NULL AS grades, NULL AS password,
    group_concat(DISTINCT x.school) AS school
FROM real_relationship x JOIN Person p ON p.ID = x.contact GROUP BY p.ID;

CREATE TEMP VIEW expected_relationship AS
SELECT x.id AS sourcedId, x.student AS studentSourcedId, 'C' || x.contact AS contactSourcedId, x.relation AS relation,
    x.role AS role, iif(d.IsCustodial = 1, 'true', iif(d.IsCustodial IS NULL, NULL, 'false')) AS custodial,
    iif(d.IsEmergency = 1, 'true', iif(d.IsEmergency IS NULL, NULL, 'false')) AS emergency,
    iif(d.LivesWithFlg = 1, 'true', iif(d.LivesWithFlg IS NULL, NULL, 'false')) AS livesWith,
    iif(d.SchoolPickupFlg = 1, 'true', iif(d.SchoolPickupFlg IS NULL, NULL, 'false')) AS schoolPickup,
    iif(d.ReceivesMailFlg = 1, 'true', iif(d.ReceivesMailFlg IS NULL, NULL, 'false')) AS receivesMail,
    x.school AS school
FROM real_relationship x LEFT JOIN StudentContactDetail d ON d.StudentContactDetailID = x.detail;

-- Who is in a class, and in which days: a student until the first day not there, a teacher until the last day there.
-- A teacher's enrollment needs the teacher; the first delivered lead teacher of a class is the primary one.
CREATE TEMP TABLE member AS
SELECT c.dcid AS number, c.class AS class, c.school AS school, CAST(c.student AS TEXT) AS person, 'student' AS role,
    'false' AS is_primary, c.first AS first, c.last AS last, c.last AS until
FROM real_cc c
UNION ALL
SELECT a.id, a.class, a.school, 'T' || a.person, 'teacher',
    CASE WHEN a.role = 'lead' AND row_number() OVER (
            PARTITION BY a.class, a.role
            -- The lead of the day; then who leads it for the last day; then who comes next.
            ORDER BY CASE WHEN a.first > a.day THEN 2 WHEN a.last <= a.day THEN 1 ELSE 0 END,
                CASE WHEN a.first > a.day THEN a.first END, a.named DESC, a.id) = 1
         THEN 'true' ELSE 'false' END,
    coalesce(a.first, ''), a.last, date(a.last, '+1 day')
FROM assignment a WHERE a.person IN (SELECT dcid FROM real_staff);

-- Nobody is in a class twice. Times without a gap between are one time, under the oldest number; of times apart, that of
-- today is delivered, else the next one, else the one that ended last.
CREATE TEMP TABLE time_in_class AS
WITH begins AS (
    SELECT *, coalesce(first > max(coalesce(until, '9999')) OVER (
        PARTITION BY class, person ORDER BY first, number ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 1) AS fresh
    FROM member
), numbered AS (
    SELECT *, sum(fresh) OVER (PARTITION BY class, person ORDER BY first, number) AS place FROM begins
)
SELECT min(number) AS number, class, school, person, role, max(is_primary) AS is_primary, min(first) AS first,
    nullif(max(coalesce(last, '9999')), '9999') AS last
FROM numbered GROUP BY class, person, place;

CREATE TEMP VIEW expected_enrollment AS
SELECT CASE role WHEN 'teacher' THEN 'T' ELSE '' END || number AS sourcedId, class AS classSourcedId,
    school AS schoolSourcedId, person AS userSourcedId, role, is_primary AS "primary", nullif(first, '') AS beginDate,
    last AS endDate, school
FROM (
    SELECT *, row_number() OVER (
        PARTITION BY class, person
        ORDER BY CASE WHEN first > today THEN 1 WHEN coalesce(last, '9999') > today THEN 0 ELSE 2 END,
            CASE WHEN first > today THEN first END, coalesce(last, '9999') DESC) AS choice
    FROM time_in_class, param
) WHERE choice = 1;
