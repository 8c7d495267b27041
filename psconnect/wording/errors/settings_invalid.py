"""Errors of single settings, by what is wrong with them."""

from __future__ import annotations

from psconnect.wording.catalogue import marked
from psconnect.wording.errors.texts import ErrorTexts

TEXTS = {
    "PSC-SETTINGS-INVALID/1-fields-names": ErrorTexts(
        marked("The settings can’t be used"),
        marked("There have to be 1 to {most} fields with names."),
        marked("List them."),
    ),
    "PSC-SETTINGS-INVALID/attribute": ErrorTexts(
        marked("The settings can’t be used"), marked("{label} have no attribute “{attribute}”."), marked("{hint}")
    ),
    "PSC-SETTINGS-INVALID/cant-custom-fields": ErrorTexts(
        marked("The settings can’t be used"),
        marked("{entity:Records} can’t have custom fields."),
        marked("Leave them out."),
    ),
    "PSC-SETTINGS-INVALID/cant-filter-rules": ErrorTexts(
        marked("The settings can’t be used"), marked("“{entity}” can’t have filter rules."), marked("{hint}")
    ),
    "PSC-SETTINGS-INVALID/cant-name-role": ErrorTexts(
        marked("The settings can’t be used"),
        marked("“{name}” can’t be the name of a role."),
        marked("Write the name or the key of a role."),
    ),
    "PSC-SETTINGS-INVALID/cant-stand-front": ErrorTexts(
        marked("The settings can’t be used"),
        marked("“{prefix}” can’t stand in front of the tables’ names."),
        marked("Give at most 20 small letters, digits and underscores, beginning with a letter, like “roster_”."),
    ),
    "PSC-SETTINGS-INVALID/choice-courses-names": ErrorTexts(
        marked("The settings can’t be used"),
        marked("A choice of courses names no course."),
        marked("Give course numbers."),
    ),
    "PSC-SETTINGS-INVALID/confirmed-pair-names": ErrorTexts(
        marked("The settings can’t be used"),
        marked("A confirmed pair names one record twice."),
        marked("Give the keys of two records."),
    ),
    "PSC-SETTINGS-INVALID/control-character-double": ErrorTexts(
        marked("The settings can’t be used"),
        marked("“{place}” has a control character in it. In double quotes, \\t is a tab and \\n the end of a line."),
        marked("Write a Windows path in single quotes, or with each \\ twice."),
    ),
    "PSC-SETTINGS-INVALID/course-chosen-twice": ErrorTexts(
        marked("The settings can’t be used"),
        marked("The course {number} is chosen twice for {place}."),
        marked("Keep one of them."),
    ),
    "PSC-SETTINGS-INVALID/e-mail-domain": ErrorTexts(
        marked("The settings can’t be used"),
        marked("“{written}” is not an e-mail domain."),
        marked("Write it like students.lincoln.org"),
    ),
    "PSC-SETTINGS-INVALID/e-mail-domain-within": ErrorTexts(
        marked("The settings can’t be used"),
        marked("“{written}” is not a domain."),
        marked("Use {domain}"),
    ),
    "PSC-SETTINGS-INVALID/field-table-students": ErrorTexts(
        marked("The settings can’t be used"),
        marked("“{written}” is no field of the table Students."),
        marked("Take one like Students.Mother."),
    ),
    "PSC-SETTINGS-INVALID/filter-cant-value": ErrorTexts(
        marked("The settings can’t be used"),
        marked("“{name}” is a filter and can’t be a value list."),
        marked("Give the list another name."),
    ),
    "PSC-SETTINGS-INVALID/filter-contacts-uses": ErrorTexts(
        marked("The settings can’t be used"),
        marked("A filter of contacts uses a field of the contact module, which is switched off."),
        marked("Filter contacts by an attribute, like familyName."),
    ),
    "PSC-SETTINGS-INVALID/filters-section": ErrorTexts(
        marked("The settings can’t be used"),
        marked("“filters” is not a section."),
        marked("Write rules as [[filters.student]], for example."),
        in_file=True,
    ),
    "PSC-SETTINGS-INVALID/groups-nested-too": ErrorTexts(
        marked("The settings can’t be used"),
        marked("The groups of {place} are nested too deeply."),
        marked("Nest at most {deepest} groups."),
    ),
    "PSC-SETTINGS-INVALID/label-stands-twice": ErrorTexts(
        marked("The settings can’t be used"),
        marked("The label “{label}” stands twice."),
        marked("Give each custom field a label of its own."),
    ),
    "PSC-SETTINGS-INVALID/list-rules": ErrorTexts(
        marked("The settings can’t be used"),
        marked("“{place}” is not a list of rules."),
        marked("Write each rule as [[{place}]]."),
    ),
    "PSC-SETTINGS-INVALID/name": ErrorTexts(
        marked("The settings can’t be used"),
        marked("“{pattern}” has no name in it."),
        marked("Write it like {{familyName}}, {{givenName}}"),
    ),
    "PSC-SETTINGS-INVALID/name-too-long": ErrorTexts(
        marked("The settings can’t be used"),
        marked("The name of {place} is too long or has invisible characters."),
        marked("Give it a name of at most {longest_name} characters."),
    ),
    "PSC-SETTINGS-INVALID/no-setting-here": ErrorTexts(
        marked("The settings can’t be used"), marked("There is no setting “{place}.{name}”."), marked("{hint}")
    ),
    "PSC-SETTINGS-INVALID/nothing-separates-two": ErrorTexts(
        marked("The settings can’t be used"),
        marked("In “{pattern}” nothing separates two parts."),
        marked("Put a separator between them, like a comma."),
    ),
    "PSC-SETTINGS-INVALID/oneroster-bundle-tell": ErrorTexts(
        marked("The settings can’t be used"),
        marked("A OneRoster bundle does not tell who has a portal account."),
        marked("Set options.parents to none or all."),
        in_file=True,
    ),
    "PSC-SETTINGS-INVALID/op-belongs-field": ErrorTexts(
        marked("The settings can’t be used"),
        marked("“op” in {place} belongs to a field or an attribute."),
        marked("Take it out."),
    ),
    "PSC-SETTINGS-INVALID/operation": ErrorTexts(
        marked("The settings can’t be used"), marked("There is no operation “{op}” ({place})."), marked("{hint}")
    ),
    "PSC-SETTINGS-INVALID/pair-said-same": ErrorTexts(
        marked("The settings can’t be used"),
        marked("The pair {first} and {second} is said to be the same and different."),
        marked("Keep one of the two."),
    ),
    "PSC-SETTINGS-INVALID/part": ErrorTexts(
        marked("The settings can’t be used"),
        marked("A part of {place} has {said}."),
        marked("Give one of field, attribute, template, all or any."),
    ),
    "PSC-SETTINGS-INVALID/part-condition": ErrorTexts(
        marked("The settings can’t be used"),
        marked("A part of {place} is not a condition."),
        marked("Write it as {{field = …, op = …, value = …}}."),
    ),
    "PSC-SETTINGS-INVALID/part-name": ErrorTexts(
        marked("The settings can’t be used"), marked("There is no part “{hole}” of a name."), marked("{hint}")
    ),
    "PSC-SETTINGS-INVALID/part-stands-twice": ErrorTexts(
        marked("The settings can’t be used"),
        marked("A part stands twice in “{pattern}”."),
        marked("Leave it in one place."),
    ),
    "PSC-SETTINGS-INVALID/pattern-cant-used": ErrorTexts(
        marked("The settings can’t be used"),
        marked("The pattern of {place} can’t be used: {problem}."),
        marked("Write a simpler pattern."),
    ),
    "PSC-SETTINGS-INVALID/pattern-regular-expression": ErrorTexts(
        marked("The settings can’t be used"),
        marked("The pattern of {place} is not a regular expression."),
        marked("Check its brackets."),
    ),
    "PSC-SETTINGS-INVALID/pattern-too-long": ErrorTexts(
        marked("The settings can’t be used"),
        marked("The pattern of {place} is too long."),
        marked("Use at most {longest_pattern} characters."),
    ),
    "PSC-SETTINGS-INVALID/powerschool-address-web": ErrorTexts(
        marked("The settings can’t be used"),
        marked("The PowerSchool address is not a web address."),
        marked("Type it as you see it in the browser, for example https://lincoln.powerschool.com"),
    ),
    "PSC-SETTINGS-INVALID/powerschool-alone-oneroster": ErrorTexts(
        marked("The settings can’t be used"),
        marked("This is for PowerSchool alone; a OneRoster bundle has no such thing."),
        marked("Take it out."),
    ),
    "PSC-SETTINGS-INVALID/scope-terms-school": ErrorTexts(
        marked("The settings can’t be used"),
        marked("“{school}” in [scope.terms] is not a school."),
        marked("Give a school number, or all."),
    ),
    "PSC-SETTINGS-INVALID/section": ErrorTexts(
        marked("The settings can’t be used"), marked("“{part}” is not a section."), marked("Check the key.")
    ),
    "PSC-SETTINGS-INVALID/setting": ErrorTexts(
        marked("The settings can’t be used"), marked("There is no setting “{name}” in {place}."), marked("{hint}")
    ),
    "PSC-SETTINGS-INVALID/stands-twice": ErrorTexts(
        marked("The settings can’t be used"),
        marked("“{written}” stands twice."),
        marked("Give each relationship a field of its own."),
    ),
    "PSC-SETTINGS-INVALID/stands-two-kinds": ErrorTexts(
        marked("The settings can’t be used"),
        marked("“{domain}” stands for two kinds of sign-in."),
        marked("Leave it at one of them."),
    ),
    "PSC-SETTINGS-INVALID/template": ErrorTexts(
        marked("The settings can’t be used"),
        marked("There is no template “{template}” for {entity} ({place})."),
        marked("{hint}"),
    ),
    "PSC-SETTINGS-INVALID/term-named-school": ErrorTexts(
        marked("The settings can’t be used"),
        marked("No term is named for the school {school}."),
        marked("Name its terms, like “Semester 1”."),
    ),
    "PSC-SETTINGS-INVALID/user-names": ErrorTexts(
        marked("The settings can’t be used"), marked("“{entity}” has no user names."), marked("{hint}")
    ),
    "PSC-SETTINGS-INVALID/value-belongs-condition": ErrorTexts(
        marked("The settings can’t be used"),
        marked("“value” in {place} belongs to a condition, not to a group."),
        marked("Take it out."),
    ),
    "PSC-SETTINGS-INVALID/value-cant-used": ErrorTexts(
        marked("The settings can’t be used"),
        marked("The value of “{op}” in {place} can’t be used."),
        marked("{problem}"),
    ),
    "PSC-SETTINGS-INVALID/who-portal-account": ErrorTexts(
        marked("The settings can’t be used"),
        marked("Who has a portal account is known by the contact module alone, which is switched off."),
        marked("Switch the contact module on, or take all contacts."),
    ),
    "PSC-SETTINGS-INVALID/without-accounts": ErrorTexts(
        marked("The settings can’t be used"),
        marked("This connection goes without portal accounts, but delivers only contacts who have one."),
        marked("Set options.parents to all or none."),
        window=marked("Choose all contacts, or none, under Settings, Who and what."),
    ),
    "PSC-SETTINGS-INVALID/without-contacts": ErrorTexts(
        marked("The settings can’t be used"),
        marked("This connection goes without contacts, but delivers them."),
        marked(
            "Set options.parents to none, or options.contact_module to false, so that contacts come from names in "
            "fields of the students."
        ),
        window=marked(
            "Choose no contacts under Settings, Who and what, or let them come from names in fields of the students."
        ),
    ),
    "PSC-SETTINGS-INVALID/without-piece": ErrorTexts(
        marked("The settings can’t be used"),
        marked("This connection goes without {piece}, but a filter or an id of {entity} is made of {full_name}."),
        marked("Take the filter out, or make the id of another number."),
    ),
}
