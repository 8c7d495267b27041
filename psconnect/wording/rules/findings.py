"""Rules that report a finding: title, what completes “Not included, because …”, and what to do."""

from __future__ import annotations

from psconnect.model.problems import NOT_ALLOWED, NOT_UNIQUE
from psconnect.wording.catalogue import marked
from psconnect.wording.rules.texts import RuleTexts

FINDINGS = {
    "guest-left-out": RuleTexts(
        marked("Student of another school in a class of a chosen one"),
        marked(
            "the student’s school is not among the chosen schools, although the student is in a class of a chosen one"
        ),
        marked(
            'To deliver such students, write guest_students = "bring-in" under [options] of the connection file, or '
            "choose their schools, too."
        ),
        window=marked(
            "To deliver such students, choose it under Settings, Who and what, or switch their schools on, too."
        ),
    ),
    "assignment-after-class": RuleTexts(
        marked("Teaching begins after the class"),
        marked("the teaching assignment begins after the last day of the class"),
        marked(
            "Correct the date on the section’s page: Start Page > School > Sections. Until then it is not delivered."
        ),
    ),
    "role-unknown": RuleTexts(
        marked("Role unknown"),
        marked("OneRoster has no such role for users"),
        marked("Correct the role in the system that wrote the bundle."),
    ),
    "several-terms": RuleTexts(
        marked("Class in several terms"),
        marked("a class is delivered with one term, the first that the bundle names"),
        marked("Nothing has to be done if the class belongs to its first term."),
    ),
    "role-not-mapped": RuleTexts(
        marked("Role not mapped"),
        marked("the role in the class is neither known nor mapped to lead teacher or co-teacher"),
        marked("State in [roles] of the connection file whether this role is lead, co-teacher or neither."),
        window=marked("Say under Settings, Attributes what this role is: lead, co-teacher or neither."),
    ),
    "change-refused": RuleTexts(
        marked("Refused by the destination"),
        marked("the destination refused the change"),
        marked("See what the destination says about it. The change is tried again with the next sync."),
    ),
    "change-waits": RuleTexts(
        marked("Waits for a refused record"),
        marked("it needs a record that the destination refused"),
        marked("Solve what the destination refused; this one follows with the next sync."),
    ),
    "uniqueness-conflict": RuleTexts(
        marked("Another record has the same values"),
        marked("another record that has to differ from it has the same values"),
        marked(
            "Correct one of the two records in PowerSchool, or confirm in [[uniqueness.confirmed]] that both are the "
            "same person or that both are right."
        ),
        in_file=True,
    ),
    "uniqueness-owner": RuleTexts(
        marked("Another record was left out in favour of this one"),
        marked("another record has the same values"),
        marked("Compare the two records. This one was delivered, because it was delivered before or is the older one."),
    ),
    "username-taken": RuleTexts(
        marked("Another person has the same user name"),
        marked("another person has the same user name, and user names must be unique"),
        marked(
            "Give one of the two another user name in PowerSchool. Upper and lower case count as the same, and "
            "surrounding blanks are ignored."
        ),
    ),
    "username-owner": RuleTexts(
        marked("Another person wants the same user name"),
        marked("another person has the same user name in PowerSchool"),
        marked(
            "Compare the two people. This one keeps the user name, because it was delivered first or has the lower "
            "number. Give the other one another user name in PowerSchool."
        ),
    ),
    "username-kept": RuleTexts(
        marked("Keeps the earlier user name"),
        marked("the new user name belongs to another person, so the last delivered one stays"),
        marked("Give this person a unique user name in PowerSchool."),
    ),
    "username-replaced": RuleTexts(
        marked("Id used as user name"),
        marked("another person has the same user name, and this connection does not require one"),
        marked(
            "Nothing to do, unless this person signs in with a user name: then correct the e-mail or the user name."
        ),
    ),
    "username-shared": RuleTexts(
        marked("Two people were delivered with the same user name"),
        marked("another person was delivered with the same user name before"),
        marked(
            "Give one of the two another user name in PowerSchool. Until then both stay as they are; the destination "
            "may refuse one of them."
        ),
    ),
    "section-move-target": RuleTexts(
        marked("Class can’t be moved"),
        marked("the course or class to move it to does not exist at its school this year"),
        marked("Correct the field of the section in PowerSchool. Until then the class is delivered as it is."),
    ),
    "missing-required": RuleTexts(
        marked("Required attribute is empty"),
        marked("an attribute that the destination needs is empty"),
        marked("Fill in the field in PowerSchool, or map the attribute to another field."),
    ),
    "missing-reported": RuleTexts(
        marked("Attribute is empty"),
        marked("an attribute is empty"),
        marked("Fill in the field in PowerSchool. The record was delivered without it."),
    ),
    "registered-twice": RuleTexts(
        marked("Possibly the same child as another student"),
        marked("another student has the same name and the same state id, user name or birth date"),
        marked(
            "Compare the two students in PowerSchool. Have the registrar merge them if they are one child; otherwise "
            "confirm in [[uniqueness.confirmed]] that both are right. Until then both are delivered."
        ),
        in_file=True,
    ),
    "email-shared": RuleTexts(
        marked("E-mail shared by several people"),
        marked("other people have the same e-mail, for example siblings with a parent’s address"),
        marked("Nothing to do, unless each of them needs an e-mail of their own at the destination."),
    ),
    "value-unlisted": RuleTexts(
        marked("Value not in its value list"),
        marked("one of its values is not in its value list, so the list’s default is delivered"),
        marked(
            "Add the value to its list (the tables [values] of the connection), or correct the field in PowerSchool."
        ),
        window=marked("Add the value to its list under Settings, Attributes, or correct the field in PowerSchool."),
    ),
    "email-invalid": RuleTexts(
        marked("Not an e-mail address"),
        marked("the e-mail field does not hold an e-mail address"),
        marked("Correct the e-mail in PowerSchool. Until then none is delivered."),
    ),
    "escaped-text": RuleTexts(
        marked("Text with codes instead of characters"),
        marked("a text has codes like “&#39;” instead of characters"),
        marked("Correct the text in PowerSchool: an import wrote the codes. Until then it is delivered as it is."),
    ),
    "text-mended": RuleTexts(
        marked("Text cleaned up"),
        marked("blanks, invisible characters, “mailto:”, a name or a second address around a value were removed"),
        marked("Nothing to do: the cleaned text was delivered. PowerSchool still has the original."),
    ),
    "unreadable": RuleTexts(
        marked("Record can’t be used"),
        marked("a value that it needs is missing or malformed in PowerSchool"),
        marked("Correct the record in PowerSchool. Until then it stays at the destination as last delivered."),
    ),
    "too-long": RuleTexts(
        marked("Value is too long"),
        marked("a value is longer than the destination accepts"),
        marked("Shorten the field in PowerSchool. Until then the record stays at the destination as last delivered."),
    ),
    NOT_ALLOWED: RuleTexts(
        marked("The other system does not know a value"),
        marked("the other system does not know one of its values; the record is delivered, but may be rejected there"),
        marked(
            "Correct the field in PowerSchool, or give the value another one in its list (the tables [values] of the "
            "connection)."
        ),
        window=marked(
            "Correct the field in PowerSchool, or give the value another one in its list under Settings, Attributes."
        ),
    ),
    NOT_UNIQUE: RuleTexts(
        marked("Several records have what only one may have"),
        marked(
            "another record has the same values; both are delivered, but the other system takes them only once, so one "
            "of them may be rejected there"
        ),
        marked(
            "Correct one of the records in PowerSchool. If they should be compared before the delivery, name the "
            "attributes in [uniqueness] of the connection."
        ),
        window=marked(
            "Correct one of the records in PowerSchool. To have them compared before the delivery, choose the "
            "attributes under Settings, Uniqueness."
        ),
    ),
    "orphan": RuleTexts(
        marked("Refers to a record that does not exist"),
        marked("it refers to a record that PowerSchool does not have"),
        marked(
            "Correct or delete the record in PowerSchool. Until then it stays at the destination as last delivered."
        ),
    ),
    "several-fit": RuleTexts(
        marked("Several records have the number"),
        marked("several records in PowerSchool have the number it refers to, and nothing shows which one is meant"),
        marked(
            "Compare the records named here and correct the number of one in PowerSchool, or ask its support. Until "
            "then the record stays at the destination as last delivered."
        ),
    ),
    "ends-before-it-begins": RuleTexts(
        marked("Ends before it begins"),
        marked("it ends before it begins"),
        marked("Correct one of the two dates in PowerSchool. Until then it is not delivered."),
    ),
    "enrollment-twice": RuleTexts(
        marked("Enrolled twice in the same class"),
        marked("the person is in the same class more than once at the same time"),
        marked("Delete the extra enrollments in PowerSchool. One was delivered, with the days of all of them."),
    ),
    "enrollment-without-school": RuleTexts(
        marked("Enrollment without a school"),
        marked("the school of its class does not exist in PowerSchool"),
        marked(
            "Correct the school of the section in PowerSchool. Until then it stays at the destination as last "
            "delivered."
        ),
    ),
    "calendar-unknown": RuleTexts(
        marked("Not known whether the class was over"),
        marked("the student left the class shortly before its last day, and the school’s calendar can’t be read"),
        marked(
            "Install and enable psconnect’s own plugin, with the calendar (CALENDAR_DAY). Until then the enrollment "
            "stays at the destination as last delivered."
        ),
    ),
    "no-id": RuleTexts(
        marked("No number to use as id"),
        marked("the number its id is made from is empty or has characters that an id can’t have"),
        marked("Give it a number in PowerSchool. Until then it stays at the destination as last delivered."),
    ),
    "double-id": RuleTexts(
        marked("Another record has the same id"),
        marked("another record is delivered under the same id"),
        marked(
            "Correct the number of one of the two in PowerSchool, or the list of adopted ids. Until then it stays at "
            "the destination as last delivered."
        ),
    ),
    "waits-for": RuleTexts(
        marked("Waits for another record"),
        marked("a record it belongs to can’t be used yet"),
        marked("Correct the record it belongs to; this one follows with the next sync."),
    ),
    "class-without-teacher": RuleTexts(
        marked("Class without a teacher"),
        marked("the class has no current teacher"),
        marked("Assign a lead teacher to the section: Start Page > School > Sections."),
    ),
    "second-lead-teacher": RuleTexts(
        marked("More than one lead teacher"),
        marked("the class has more than one lead teacher at the same time"),
        marked(
            "End one of the assignments on the section’s page. The lead teacher of the section was delivered as "
            "primary."
        ),
    ),
    "duplicate-row": RuleTexts(
        marked("Record listed twice"),
        marked("PowerSchool listed the same record twice"),
        marked("Nothing to do if it does not come back; otherwise have the record checked."),
    ),
}
