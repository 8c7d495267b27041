"""PowerSchool's tables as the demo district stores them (docs/powerschool.md 16).

Column types keep Oracle's words, so that the server can tell numbers, texts, dates and CLOBs apart; SQLite gives them
the matching affinity. Dates are ISO text. The first column of each table is its primary key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

TableKind = Literal["core", "extension", "child", "standalone", "view"]


@dataclass(frozen=True, slots=True)
class TableDefinition:
    """One table: its columns as (name, type) pairs, what it is, and which columns get an index."""

    name: str
    comment: str
    columns: tuple[tuple[str, str], ...]
    kind: TableKind = "core"
    core_table: str | None = None
    indexes: tuple[str, ...] = ()

    @property
    def primary_key(self) -> str:
        """The name of the key column that addresses a row in ``/ws/schema/table/{name}/{id}``."""
        return self.columns[0][0]

    def ddl(self) -> str:
        """The statement that creates the table."""
        first, *rest = self.columns
        lines = [f"{first[0]} INTEGER PRIMARY KEY", *(f"{name} {kind}" for name, kind in rest)]
        return f"CREATE TABLE {self.name} ({', '.join(lines)})"

    def index_ddl(self) -> list[str]:
        """The statements that create the indexes, to be run once the rows are in."""
        return [
            f"CREATE INDEX {self.name}_{number} ON {self.name} ({columns})"
            for number, columns in enumerate(self.indexes, start=1)
        ]


_SHORT: Final = {
    "int": "INTEGER",
    "int!": "INTEGER NOT NULL",
    "num": "NUMBER",
    "date": "DATE",
    "stamp": "TIMESTAMP",
    "clob": "CLOB",
}


def _table(
    name: str,
    comment: str,
    columns: str,
    *,
    indexes: tuple[str, ...] = (),
    kind: TableKind = "core",
    core_table: str | None = None,
) -> TableDefinition:
    """Read the compact column notation: ``Name:type`` words; a bare number is the length of a text."""
    pairs = []
    for word in columns.split():
        column, _, kind_word = word.partition(":")
        pairs.append((column, _SHORT.get(kind_word) or f"VARCHAR2({kind_word})"))
    return TableDefinition(name, comment, tuple(pairs), kind, core_table, indexes)


TABLES: Final[tuple[TableDefinition, ...]] = (
    _table(
        "Schools", "Schools of the district",
        """DCID:int ID:int! School_Number:int! Name:60 Abbreviation:20 Low_Grade:int High_Grade:int
        Alternate_School_Number:int SchoolAddress:80 SchoolCity:40 SchoolState:2 SchoolZip:10 SchoolPhone:30
        SchoolFax:30 Principal:60 PrincipalEmail:80 State_ExcludeFromReporting:int""",
        indexes=("School_Number",),
    ),
    _table(
        "Terms", "Terms of each school and year",
        """DCID:int ID:int! SchoolID:int! YearID:int! Name:30 Abbreviation:6 FirstDay:date LastDay:date Portion:int
        IsYearRec:int""",
        indexes=("ID, SchoolID", "SchoolID, YearID"),
    ),
    _table(
        "Calendar_Day", "Days of each school's calendar",
        """DCID:int ID:int! SchoolID:int! Date_Value:date InSession:int Cycle_Day_ID:int Bell_Schedule_ID:int Note:80
        Type:10""",
        indexes=("SchoolID, Date_Value",),
    ),
    _table(
        "Cycle_Day", "Cycle days",
        "DCID:int ID:int! SchoolID:int! Year_ID:int! Day_Number:int Letter:2 Day_Name:30 Abbreviation:4",
        indexes=("ID",),
    ),
    _table("Bell_Schedule", "Bell schedules", "DCID:int ID:int! SchoolID:int! Year_ID:int! Name:30", indexes=("ID",)),
    _table(
        "Bell_Schedule_Items", "Periods of a bell schedule, times in seconds since midnight",
        "DCID:int ID:int! Bell_Schedule_ID:int! Period_ID:int! Start_Time:int End_Time:int",
        indexes=("Bell_Schedule_ID",),
    ),
    _table(
        "Period", "Periods",
        "DCID:int ID:int! SchoolID:int! YearID:int! Period_Number:int Name:30 Abbreviation:6",
        indexes=("ID",),
    ),
    _table(
        "Courses", "Courses; SchoolID 0 is a course of the whole district",
        """DCID:int ID:int! Course_Number:20 Course_Name:40 Credit_Hours:num SchoolID:int Sched_Department:30
        CreditType:20 RegAvailable:int""",
        indexes=("Course_Number",),
    ),
    _table(
        "Sections", "Sections of courses",
        """DCID:int ID:int! Course_Number:20 Section_Number:11 TermID:int! SchoolID:int! YearID:int Teacher:int
        Expression:80 External_Expression:80 Room:10 Grade_Level:int No_of_Students:int MaxEnrollment:int
        Att_Mode_Code:30 Attendance_Type_Code:int Comment_Value:clob""",
        indexes=("ID", "TermID", "Course_Number", "SchoolID"),
    ),
    _table(
        "Section_Meeting", "When a section meets",
        "DCID:int ID:int! SectionID:int! Cycle_Day_Letter:2 Period_Number:int Meeting:10 SchoolID:int Year_ID:int",
        indexes=("SectionID",),
    ),
    _table(
        "Users", "Staff, one row a person",
        """DCID:int TeacherNumber:20 First_Name:50 Middle_Name:50 Last_Name:50 LastFirst:80 PreferredName:50
        Email_Addr:80 LoginID:20 TeacherLoginID:20 HomeSchoolId:int PTAccess:int PSAccess:int Title:40 Gender:2
        Password:150 TeacherLoginPW:150 Home_Phone:30 Street:60 City:50 State:2 Zip:10""",
        indexes=("HomeSchoolId",),
    ),
    _table(
        "SchoolStaff", "Staff, one row a person and school",
        "DCID:int ID:int! Users_DCID:int! SchoolID:int! Status:int StaffStatus:int NoOfCurClasses:int",
        indexes=("ID", "Users_DCID", "SchoolID, StaffStatus"),
    ),
    _table("RoleDef", "Roles of section staff", "DCID:int ID:int! Name:50 RoleKey:50", indexes=("ID",)),
    _table(
        "SectionTeacher", "Staff of a section with role and dates",
        """ID:int SectionID:int! TeacherID:int! RoleID:int! Start_Date:stamp End_Date:stamp Allocation:num
        PriorityOrder:int SectionNickname:50""",
        indexes=("SectionID", "TeacherID"),
    ),
    _table(
        "Students", "Students",
        """DCID:int ID:int! Student_Number:int! SchoolID:int! Enroll_Status:int! Grade_Level:int EntryDate:date
        ExitDate:date EntryCode:10 ExitCode:10 Track:2 FTEID:int DistrictOfResidence:20 State_StudentNumber:32
        Student_Web_ID:20 Student_Web_Password:150 Student_AllowWebAccess:int Web_ID:20 Web_Password:150
        First_Name:50 Middle_Name:30 Last_Name:50 LastFirst:102 DOB:date Gender:2 SSN:12 Ethnicity:20 FedEthnicity:int
        Street:60 City:50 State:2 Zip:10 Mailing_Street:60 Mailing_City:50 Mailing_State:2 Mailing_Zip:10 Geocode:40
        Home_Phone:30 Home_Room:60 Mother:60 Father:60 GuardianEmail:4000 Emerg_Contact_1:60 Emerg_Phone_1:30
        Emerg_Contact_2:60 Emerg_Phone_2:30 Doctor_Name:60 Doctor_Phone:30 Sched_YearOfGraduation:int
        Sched_NextYearGrade:int Next_School:int LunchStatus:2 Balance1:num DistrictEntryDate:date
        DistrictEntryGradeLevel:int SchoolEntryDate:date SchoolEntryGradeLevel:int Alert_Medical:clob
        Alert_Other:clob Person_ID:int""",
        indexes=("ID", "SchoolID", "Student_Number", "Person_ID"),
    ),
    _table(
        "StudentRace", "Races of students", "DCID:int ID:int! StudentID:int! RaceCD:20", indexes=("StudentID",),
    ),
    _table(
        "ReEnrollments", "Earlier enrollments",
        """DCID:int ID:int! StudentID:int! SchoolID:int! EntryDate:date EntryCode:10 ExitDate:date ExitCode:10
        Grade_Level:int""",
        indexes=("StudentID",),
    ),
    _table(
        "CC", "Current class enrollments",
        """DCID:int ID:int! StudentID:int! SectionID:int! OrigSectionID:int TermID:int! SchoolID:int! Course_Number:20
        Section_Number:11 Expression:80 TeacherID:int DateEnrolled:date DateLeft:date""",
        indexes=("StudentID", "SectionID", "TermID"),
    ),
    _table(
        "Person", "Persons: students and contacts alike",
        """DCID:int ID:int! FirstName:50 MiddleName:50 LastName:50 GenderCodeSetID:int IsActive:int PrefixCodeSetID:int
        SuffixCodeSetID:int Employer:80 StateContactNumber:32 ContactNumber:20 ExcludeFromStateRptg:int
        LanguageCodeSetID:int""",
        indexes=("ID",),
    ),
    _table(
        "StudentContactAssoc", "Which person is a contact of which student",
        """StudentContactAssocID:int StudentDCID:int! PersonID:int! CurrRelTypeCodeSetID:int
        ContactPriorityOrder:int""",
        indexes=("StudentDCID", "PersonID"),
    ),
    _table(
        "StudentContactDetail", "The relationship of a contact to a student",
        """StudentContactDetailID:int StudentContactAssocID:int! RelationshipTypeCodeSetID:int IsActive:int
        IsEmergency:int IsCustodial:int LivesWithFlg:int SchoolPickupFlg:int ReceivesMailFlg:int StartDate:date
        EndDate:date RelationshipNote:100 ExcludeFromStateRptg:int""",
        indexes=("StudentContactAssocID",),
    ),
    _table(
        "PersonEmailAddressAssoc", "E-mail addresses of persons",
        """PersonEmailAddressAssocID:int PersonID:int! EmailAddressID:int! IsPrimaryEmailAddress:int
        EmailAddressPriorityOrder:int EmailTypeCodeSetID:int""",
        indexes=("PersonID", "EmailAddressID"),
    ),
    _table("EmailAddress", "E-mail addresses", "EmailAddressID:int EmailAddress:254"),
    _table(
        "PersonPhoneNumberAssoc", "Phone numbers of persons",
        """PersonPhoneNumberAssocID:int PersonID:int! PhoneNumberID:int! PhoneNumberPriorityOrder:int IsPreferred:int
        PhoneTypeCodeSetID:int""",
        indexes=("PersonID", "PhoneNumberID"),
    ),
    _table("PhoneNumber", "Phone numbers", "PhoneNumberID:int PhoneNumber:40 PhoneNumberExt:10 IsSMS:int"),
    _table(
        "PersonAddressAssoc", "Addresses of persons",
        """PersonAddressAssocID:int PersonID:int! PersonAddressID:int! AddressTypeCodeSetID:int
        AddressPriorityOrder:int StartDate:date EndDate:date""",
        indexes=("PersonID", "PersonAddressID"),
    ),
    _table(
        "PersonAddress", "Addresses",
        "PersonAddressID:int Street:60 LineTwo:60 Unit:20 City:50 State:2 Country:40 PostalCode:10",
    ),
    _table("CodeSet", "Codes with their meaning", "CodeSetID:int CodeType:60 Code:30 Description:120"),
    _table("Guardian", "Holders of portal accounts", "GuardianID:int FirstName:50 LastName:50 AccountIdentifier:60"),
    _table(
        "GuardianStudent", "Which account sees which student",
        "GuardianStudentID:int GuardianID:int! StudentsDCID:int!",
        indexes=("GuardianID", "StudentsDCID"),
    ),
    _table(
        "GuardianPersonAssoc", "Which account belongs to which person",
        "GuardianPersonAssocID:int GuardianID:int! PersonID:int!",
        indexes=("GuardianID", "PersonID"),
    ),
    _table(
        "PCAS_Account", "Sign-in accounts of the portal",
        "PCAS_AccountID:int PCAS_AccountToken:60 UserName:80 IsEnabled:int Password:150",
        indexes=("PCAS_AccountToken",),
    ),
    _table(
        "PCAS_EmailContact", "E-mail of portal accounts",
        "PCAS_EmailContactID:int PCAS_AccountID:int! EmailAddress:254",
        indexes=("PCAS_AccountID",),
    ),
    _table(
        "Attendance_Code", "Codes of attendance, for each school and year",
        """DCID:int ID:int! SchoolID:int! YearID:int! Att_Code:10 Description:40 Presence_Status_CD:10
        Calculate_ADA_YN:int SortOrder:int""",
        indexes=("ID", "SchoolID, YearID"),
    ),
    _table(
        "Code_Entity", "Categories of attendance codes", "DCID:int ID:int! SchoolID:int! YearID:int! Name:30",
        indexes=("ID",),
    ),
    _table(
        "Att_Code_Code_Entity", "Which attendance code counts to which category",
        "DCID:int ID:int! Attendance_CodeID:int! Code_EntityID:int!", indexes=("Attendance_CodeID",),
    ),
    _table(
        "Attendance", "Attendance of students",
        """DCID:int ID:int! StudentID:int! SchoolID:int! YearID:int! Att_Date:date Att_Mode_Code:30
        Attendance_CodeID:int Calendar_DayID:int CCID:int PeriodID:int ProgramID:int Total_Minutes:int
        Att_Interval:int Start_Time:int End_Time:int Att_Comment:1333""",
        indexes=("StudentID, Att_Date", "Att_Date"),
    ),
    _table(
        "Fee", "Fees of students",
        """DCID:int ID:int! StudentID:int! SchoolID:int! YearID:int! Fee_Amount:num Fee_Balance:num Description:60
        Category_Name:30 Fee_Type_Name:30 Date_Created:date Date_Modified:date Priority:int""",
        indexes=("StudentID",),
    ),
    _table(
        "Fee_Transaction", "Payments of fees",
        """DCID:int ID:int! FeeID:int! StudentID:int! SchoolID:int! Start_Year:int! Transaction_Amount:num
        Transaction_Type:20 Payment_Method:20 Date_Value:date Description:60""",
        indexes=("FeeID",),
    ),
    _table(
        "TeacherCategory", "Gradebook categories of each teacher and year",
        """TeacherCategoryID:int UsersDCID:int! YearID:int! Name:30 CategoryType:10 Color:10 DisplayPosition:int
        IsActive:int IsInFinalGrades:int IsUserModifiable:int DefaultPublishOption:20 DefaultTotalValue:num
        IsDefaultPublishScores:int DistrictTeacherCategoryID:int TeacherModified:int""",
        indexes=("UsersDCID, YearID",),
    ),
    _table(
        "Assignment", "Gradebook assignments",
        "AssignmentID:int YearID:int! StandardScoringMethod:20 HasStandards:int UsersDCID:int! CreatedByPlugin:int",
    ),
    _table(
        "AssignmentSection", "An assignment as one section has it",
        """AssignmentSectionID:int AssignmentID:int! SectionsDCID:int! Name:50 Description:clob DueDate:date
        ScoreType:20 ScoreEntryPoints:num TotalPointValue:num Weight:num IsCountedInFinalGrade:int IsScoringNeeded:int
        IsScoresPublish:int PublishOption:20""",
        indexes=("AssignmentID", "SectionsDCID"),
    ),
    _table(
        "AssignmentCategoryAssoc", "Categories of assignments",
        "AssignmentCategoryAssocID:int AssignmentSectionID:int! TeacherCategoryID:int! IsPrimary:int",
        indexes=("AssignmentSectionID", "TeacherCategoryID"),
    ),
    _table(
        "AssignmentStudentAssoc", "Students an assignment is limited to",
        "AssignmentStudentAssocID:int AssignmentSectionID:int! StudentsDCID:int!", indexes=("AssignmentSectionID",),
    ),
    _table(
        "AssignmentScore", "Scores of students",
        """AssignmentScoreID:int AssignmentSectionID:int! StudentsDCID:int! ActualScoreEntered:20 ActualScoreKind:20
        ScoreType:20 ScorePoints:num""",
        indexes=("AssignmentSectionID, StudentsDCID",),
    ),
    _table(
        "U_STUDENT_DEVICES", "Devices lent to students (a child table of the district's own)",
        "ID:int StudentsDCID:int! Device:40 Lent_On:date Returned:int", kind="child", core_table="Students",
        indexes=("StudentsDCID",),
    ),
    _table(
        "U_BUS_ROUTES", "Bus routes (a standalone table of the district's own)",
        "ID:int Route_Name:40 Seats:int Notes:clob", kind="standalone",
    ),
    _table(
        "U_STUDENTS_EXTENSION", "Fields of the district's own",
        "StudentsDCID:int Locker:20 PreferredName:50 Device:40",
        kind="extension", core_table="Students",
    ),
    _table(
        "StudentCoreFields", "More fields of students",
        """StudentsDCID:int PrimaryLanguage:20 PSCORE_Legal_First_Name:50 PSCORE_Legal_Middle_Name:50
        PSCORE_Legal_Last_Name:50""",
        kind="extension", core_table="Students",
    ),
    _table("Prefs", "Settings of the district", "DCID:int ID:int! Name:80 Value:clob SchoolID:int YearID:int"),
    _table(
        "PluginDef", "Installed plugins",
        """ID:int Name:40 Version:20 Description:256 PublisherName:100 PublisherContactEmail:40 IsEnabled:int
        IsDeletable:int""",
    ),
)  # fmt: skip

VIEWS: Final = {
    "Teachers": """CREATE VIEW Teachers AS SELECT ss.DCID AS DCID, ss.ID AS ID, ss.Users_DCID AS Users_DCID,
        ss.SchoolID AS SchoolID, ss.Status AS Status, ss.StaffStatus AS StaffStatus, u.TeacherNumber AS TeacherNumber,
        u.First_Name AS First_Name, u.Middle_Name AS Middle_Name, u.Last_Name AS Last_Name, u.LastFirst AS LastFirst,
        u.Email_Addr AS Email_Addr, u.LoginID AS LoginID, u.TeacherLoginID AS TeacherLoginID,
        u.HomeSchoolId AS HomeSchoolId, u.PTAccess AS PTAccess, u.PSAccess AS PSAccess, u.Title AS Title
        FROM SchoolStaff ss JOIN Users u ON u.DCID = ss.Users_DCID""",
}

BY_NAME: Final = {table.name.upper(): table for table in TABLES}
