"""A small OneRoster 1.2 bundle written by hand, with all twenty-one files; what 1.1 has alike is that of its bundle."""

from __future__ import annotations

from tests.judges.good_bundle import Files, good_files, lines

_SAME = ("academicSessions", "orgs", "courses", "classes", "enrollments", "demographics", "resources")
_TEXTS = {
    "manifest": """
        propertyName,value
        manifest.version,1.0
        oneroster.version,1.2
        file.academicSessions,bulk
        file.categories,bulk
        file.classes,bulk
        file.classResources,bulk
        file.courses,bulk
        file.courseResources,bulk
        file.demographics,bulk
        file.enrollments,bulk
        file.lineItemLearningObjectiveIds,bulk
        file.lineItems,bulk
        file.lineItemScoreScales,bulk
        file.orgs,bulk
        file.resources,bulk
        file.resultLearningObjectiveIds,bulk
        file.results,bulk
        file.resultScoreScales,bulk
        file.roles,bulk
        file.scoreScales,bulk
        file.userProfiles,bulk
        file.userResources,bulk
        file.users,bulk
        source.systemName,By hand""",
    "users": """
        sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier,\
email,sms,phone,agentSourcedIds,grades,password,userMasterIdentifier,preferredGivenName,preferredMiddleName,\
preferredFamilyName,primaryOrgSourcedId,pronouns
        11,,,true,ada,{StateID:0012},Ada,O'Neil,,204000,ada@s.example.org,,,"C1,C2",09,,,Addie,,,o1,she/her
        12,,,true,bo,"{StateID:0013},{Local:7}",Bo,Null,,204003,,,,C1,KG,,m-12,,,,o2,
        T1,,,true,vera,,Vera,Đặng,,00001,vera@s.example.org,,,,,,,,,,o1,
        T2,,,true,wim,,Wim,de Vries,,00002,,,,,,,,,,,o1,
        T3,,,false,xie,,Xie,Chen,,00003,,,,,,,,,,,d,
        C1,,,true,C1,,Uma,O'Neil,,,,,555-0101,"11,12",,,,,,,,
        C2,,,true,C2,,Tom,O'Neil,,,,,,11,,,,,,,,""",
    "roles": """
        sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,\
userProfileSourcedId
        r1,,,11,primary,student,2026-08-17,2027-06-11,o1,p1
        r2,,,12,primary,student,,,o2,
        r3,,,T1,primary,teacher,,,o1,
        r4,,,T1,primary,teacher,,,o2,
        r5,,,T1,secondary,counselor,,,o1,
        r6,,,T2,primary,aide,,,o1,
        r7,,,T3,primary,districtAdministrator,,,d,
        r8,,,C1,primary,parent,,,o1,
        r9,,,C1,primary,parent,,,o2,
        r10,,,C2,primary,relative,,,o1,""",
    "userProfiles": """
        sourcedId,status,dateLastModified,userSourcedId,profileType,vendorId,applicationId,description,\
credentialType,username,password
        p1,,,11,sso,example.org,app,,saml,ada,
        p2,,,12,sso,example.org,,,saml,bo,""",
    "categories": """
        sourcedId,status,dateLastModified,title,weight
        g1,,,Homework,20""",
    "lineItems": """
        sourcedId,status,dateLastModified,title,description,assignDate,dueDate,classSourcedId,categorySourcedId,\
academicSessionSourcedId,resultValueMin,resultValueMax,schoolSourcedId
        l1,,,Essay,,2026-09-01,2026-09-08,k1,g1,q1,0,10.5,o1""",
    "results": """
        sourcedId,status,dateLastModified,lineItemSourcedId,studentSourcedId,scoreStatus,score,scoreDate,comment,\
textScore,classSourcedId,inProgress,incomplete,late,missing
        x1,,,l1,11,fully graded,9.5,2026-09-09,,,k1,false,false,true,false""",
    "scoreScales": """
        sourcedId,status,dateLastModified,title,type,orgSourcedId,courseSourcedId,classSourcedId,scoreScaleValue
        s9,,,Letters,letter,o1,c1,k1,"{A:90},{B:80}\"""",
    "lineItemScoreScales": """
        sourcedId,status,dateLastModified,title,lineItemSourcedId,scoreScaleSourcedId
        ls1,,,,l1,s9""",
    "resultScoreScales": """
        sourcedId,status,dateLastModified,title,resultSourcedId,scoreScaleSourcedId
        rs1,,,,x1,s9""",
    "lineItemLearningObjectiveIds": """
        sourcedId,status,dateLastModified,lineItemSourcedId,source,learningObjectiveId
        lo1,,,l1,case,abc-1""",
    "resultLearningObjectiveIds": """
        sourcedId,status,dateLastModified,resultSourcedId,source,learningObjectiveId,score,textScore
        ro1,,,x1,unknown,abc-1,3,""",
    "classResources": """
        sourcedId,status,dateLastModified,title,classSourcedId,resourceSourcedId
        w1,,,A book,k1,v1""",
    "courseResources": """
        sourcedId,status,dateLastModified,title,courseSourcedId,resourceSourcedId
        z1,,,A book,c1,v1""",
    "userResources": """
        sourcedId,status,dateLastModified,userSourcedId,orgSourcedId,classSourcedId,resourceSourcedId
        u1,,,11,o1,k1,v1""",
}


def good_files_12() -> Files:
    """The bundle by hand."""
    same = {f"{name}.csv": rows for name, rows in ((name, good_files()[f"{name}.csv"]) for name in _SAME)}
    return {**same, **{f"{name}.csv": lines(text) for name, text in _TEXTS.items()}}
