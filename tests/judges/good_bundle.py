"""A small OneRoster 1.1 bundle written by hand, with all thirteen files, and the means to change single spots of it."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

Cells = list[list[str]]
Files = dict[str, Cells]
"""File name in the archive -> its lines as cells, the header first."""

_TEXTS = {
    "manifest": """
        propertyName,value
        manifest.version,1.0
        oneroster.version,1.1
        file.academicSessions,bulk
        file.categories,bulk
        file.classes,bulk
        file.classResources,bulk
        file.courses,bulk
        file.courseResources,bulk
        file.demographics,bulk
        file.enrollments,bulk
        file.lineItems,bulk
        file.orgs,bulk
        file.resources,bulk
        file.results,bulk
        file.users,bulk
        source.systemName,By hand""",
    "academicSessions": """
        sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear
        y1,,,2026-2027,schoolYear,2026-08-17,2027-06-11,,2027
        s1,,,"Semester 1, ""fall"" term",semester,2026-08-17,2027-01-15,y1,2027
        q1,,,Quarter 1,gradingPeriod,2026-08-17,2026-10-16,s1,2027""",
    "orgs": """
        sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId
        d,,,Demo Valley,district,0100,
        o1,,,Maple School,school,100,d
        o2,,,Cedar School,school,110,d""",
    "courses": """
        sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes
        c1,,,y1,Mathematics,MAT091,"09,10",d,"Algebra,Geometry","02052,02072"
        c2,,,,Workshop,WS100-9,,o1,,""",
    "classes": """
        sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,\
termSourcedIds,subjects,subjectCodes,periods
        k1,,,Mathematics (1),09,c1,MAT091.1,scheduled,101,o1,"s1,q1",Algebra,02052,"1,2"
        k2,,,Workshop (01),,c2,WS.01,homeroom,,o2,y1,,,""",
    "users": """
        sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,\
middleName,identifier,email,sms,phone,agentSourcedIds,grades,password
        11,,,true,o1,student,ada,{StateID:0012},Ada,O'Neil,,204000,ada@s.example.org,,,"C1,C2",09,
        12,,,true,o2,student,bo,"{StateID:0013},{Local:7}",Bo,Null,,204003,,,,C1,KG,
        T1,,,true,"o1,o2",teacher,vera,,Vera,Đặng,,00001,vera@s.example.org,,,,,
        T2,,,true,o1,teacher,wim,,Wim,de Vries,,00002,,,,,,
        T3,,,false,d,administrator,xie,,Xie,Chen,,00003,,,,,,
        C1,,,true,"o1,o2",parent,C1,,Uma,O'Neil,,,,,555-0101,"11,12",,
        C2,,,true,o1,relative,C2,,Tom,O'Neil,,,,,,11,,""",
    "enrollments": """
        sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate
        101,,,k1,o1,11,student,false,2026-08-17,2027-01-16
        102,,,k2,o2,12,student,,2026-08-17,
        T101,,,k1,o1,T1,teacher,true,2026-08-17,2027-01-16
        T102,,,k1,o1,T2,teacher,false,,
        T103,,,k2,o2,T1,teacher,true,,""",
    "demographics": """
        sourcedId,status,dateLastModified,birthDate,sex,americanIndianOrAlaskaNative,asian,blackOrAfricanAmerican,\
nativeHawaiianOrOtherPacificIslander,white,demographicRaceTwoOrMoreRaces,hispanicOrLatinoEthnicity,\
countryOfBirthCode,stateOfBirthAbbreviation,cityOfBirth,publicSchoolResidenceStatus
        11,,,2012-02-29,female,false,true,false,false,false,false,,US,IL,Testville,01652""",
    "categories": """
        sourcedId,status,dateLastModified,title
        g1,,,Homework""",
    "lineItems": """
        sourcedId,status,dateLastModified,title,description,assignDate,dueDate,classSourcedId,categorySourcedId,\
gradingPeriodSourcedId,resultValueMin,resultValueMax
        l1,,,Essay,,2026-09-01,2026-09-08,k1,g1,q1,0,10.5""",
    "results": """
        sourcedId,status,dateLastModified,lineItemSourcedId,studentSourcedId,scoreStatus,score,scoreDate,comment
        r1,,,l1,11,fully graded,9.5,2026-09-09,""",
    "resources": """
        sourcedId,status,dateLastModified,vendorResourceId,title,roles,importance,vendorId,applicationId
        v1,,,isbn-1,A book,"student,teacher",primary,,""",
    "classResources": """
        sourcedId,status,dateLastModified,title,classSourcedId,resourceSourcedId
        w1,,,A book,k1,v1""",
    "courseResources": """
        sourcedId,status,dateLastModified,title,courseSourcedId,resourceSourcedId
        x1,,,A book,c1,v1""",
}


def good_files() -> Files:
    """The bundle by hand."""
    return {f"{name}.csv": lines(text) for name, text in _TEXTS.items()}


def lines(text: str) -> Cells:
    """The cells of a CSV text; blanks before a line don't count."""
    return list(csv.reader([line.strip() for line in text.strip().splitlines()], strict=True))


def files_of(path: Path) -> Files:
    """The bundle that lies at ``path``, as lines of cells."""
    with zipfile.ZipFile(path) as archive:
        return {
            name: list(csv.reader(io.StringIO(archive.read(name).decode(), newline=""), strict=True))
            for name in archive.namelist()
        }


def encoded(cells: Cells) -> bytes:
    """Lines as the bytes of a CSV file."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\r\n").writerows(cells)
    return buffer.getvalue().encode()


def pack(path: Path, files: dict[str, bytes]) -> Path:
    """Write an archive with these files, each stored under exactly its name."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def find(files: Files, file: str, where: Callable[[dict[str, str]], bool]) -> int:
    """The index of the first line of a file for whose cells ``where`` holds."""
    header, *rows = files[file]
    return next(at for at, row in enumerate(rows, 1) if where(dict(zip(header, row, strict=True))))
