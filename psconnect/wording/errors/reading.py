"""Errors of reading: answers that are not what they have to be, and scopes with nothing in them."""

from __future__ import annotations

from psconnect.wording.catalogue import marked
from psconnect.wording.errors.texts import ErrorTexts

TEXTS = {
    "PSC-LIVE-NOT-READ/nothing": ErrorTexts(
        marked("Nothing has been read yet"),
        marked("Samples and counts come from a reading of PowerSchool, and there is none for these settings."),
        marked("Choose Read again on the Schools step."),
    ),
    "PSC-LIVE-NOT-READ/stream": ErrorTexts(
        marked("This has not been read yet"),
        marked("{label} were not read, or not for these settings, when PowerSchool was read for this set-up."),
        marked("Choose Read again. A plugin built before this choice has to be replaced first."),
    ),
    "PSC-LIVE-NOT-READ/field": ErrorTexts(
        marked("A field has not been read yet"),
        marked("{name} was not read when PowerSchool was read for this set-up."),
        marked("Choose Read again. A plugin built before this choice has to be replaced first."),
    ),
    "PSC-READ-BROKEN": ErrorTexts(
        marked("An answer was incomplete"),
        marked("{host} broke off, or garbled, its answer to {what}. A part is never used."),
        marked("Try again. If it comes back, have the network between this computer and the server checked."),
    ),
    "PSC-READ-DATES": ErrorTexts(
        marked("The dates of the school years can’t be read"),
        marked(
            "PowerSchool gives the first and last days of the school years in a form that psconnect does not know. "
            "Nothing is delivered, because nobody can say which year it is."
        ),
        marked("Look at the dates: Start Page > School > Years & Terms. If they are right, tell us: Copy details."),
    ),
    "PSC-READ-EMPTY": ErrorTexts(
        marked("Something that had records has none"),
        marked(
            "PowerSchool lists no {rows} at all; last time there were {before}. Going on would remove everything that "
            "depends on them, so nothing was done."
        ),
        marked("Check in PowerSchool that they are there, and that the plugin may view them. Then start again."),
    ),
    "PSC-READ-REJECTED/first": ErrorTexts(
        marked("Too many records can’t be used"),
        marked(
            "{more} of {read} {entity:records} can’t be used ({share:.1f} %); from {limit:g} % on nothing is delivered."
        ),
        marked(
            "See the problems of this run, and correct the records in PowerSchool first. If so many are right, raise "
            "the limit: safety.thresholds.{entity}.rejected"
        ),
        window=marked(
            "See the problems of this run, and correct the records in PowerSchool first. If so many are right, raise "
            "the limit under Settings, Safety."
        ),
    ),
    "PSC-READ-REJECTED/more": ErrorTexts(
        marked("Too many records can’t be used"),
        marked(
            "{more} of {read} {entity:records} can’t be used besides the {before} of the last delivery ({share:.1f} "
            "%); from {limit:g} % on nothing is delivered."
        ),
        marked(
            "See the problems of this run. If more is required of {entity:records} than at the last delivery, change "
            "that back; else correct the records in PowerSchool first. If so many are right, raise the limit: "
            "safety.thresholds.{entity}.rejected"
        ),
        window=marked(
            "See the problems of this run. If more is required of {entity:records} than at the last delivery, change "
            "that back; else correct the records in PowerSchool first. If so many are right, raise the limit under "
            "Settings, Safety."
        ),
    ),
    "PSC-READ-SCHOOL": ErrorTexts(
        marked("A school can’t be delivered"),
        marked(
            "A school can’t be delivered because {reason}. Nothing is delivered, because everything belongs to a "
            "school."
        ),
        marked("Correct the school in PowerSchool: Start Page > District > Schools."),
    ),
    "PSC-READ-SCHOOL-ID": ErrorTexts(
        marked("A school has no id of its own"),
        marked(
            "{count} schools have no number that can be an id, or the same one as another school. Nothing is "
            "delivered, because everything belongs to a school."
        ),
        marked(
            "Correct the school numbers in PowerSchool (Start Page > District > Schools), or choose the DCID as the id "
            "of schools (psconnect connection rekey NAME --id school=dcid)."
        ),
        window=marked(
            "Correct the school numbers in PowerSchool (Start Page > District > Schools), or choose the DCID as the id "
            "of schools (Settings, Ids)."
        ),
    ),
    "PSC-READ-SHAPE/field-missing": ErrorTexts(
        marked("PowerSchool does not give a field any more"),
        marked(
            "{host} lists {rows}, of which none has {fields}. Each of them has to have it. Reading was stopped so that "
            "nothing is guessed."
        ),
        marked(
            "Check that the plugin may view the field: build it again, install it and enable it. If it may, the field "
            "was emptied or hidden in PowerSchool."
        ),
    ),
    "PSC-READ-SHAPE/unknown-form": ErrorTexts(
        marked("PowerSchool’s answer has another form than expected"),
        marked(
            "{host} answered {what} in a form that psconnect does not know ({detail}). Reading was stopped so that "
            "nothing is guessed."
        ),
        marked("Check whether PowerSchool was updated. Update psconnect, or tell us: Copy details."),
    ),
    "PSC-READ-TWO-ROWS": ErrorTexts(
        marked("Two different records have the same id"),
        marked(
            "{label}: the id {name} came twice, with different values{fields}. Nothing is delivered, because nobody "
            "can say which one is right."
        ),
        marked("Have the record checked in PowerSchool, or ask PowerSchool support."),
    ),
    "PSC-READ-UNSTABLE": ErrorTexts(
        marked("Reading could not be completed"),
        marked(
            "{label} were read {how_often} the result was incomplete: {reason}. Nothing is delivered, because missing "
            "records would look like removals."
        ),
        marked("Try again later, outside school hours. If it comes back, tell your PowerSchool administrator."),
    ),
    "PSC-SCOPE-NO-PLACE": ErrorTexts(
        marked("The destination has no place for this"),
        marked("{label} has no {label_2}, but the choice of courses in [[scope.courses]] asks for them ({names})."),
        marked('Deliver the courses as classes (deliver_as = "class") and without a category.'),
    ),
    "PSC-SCOPE-NO-SCHOOL/none-exists": ErrorTexts(
        marked("No school to read"),
        marked("None of the chosen school numbers exists in PowerSchool."),
        marked("Choose the schools again. The number stands under Start Page > District > Schools."),
    ),
    "PSC-SCOPE-NO-SCHOOL/none-listed": ErrorTexts(
        marked("No school to read"),
        marked("PowerSchool has no school: its list of schools came back empty."),
        marked(
            "Look at Start Page > District > Schools. If there are schools, build the plugin again and install it: the "
            "installed one may not view them."
        ),
    ),
    "PSC-SCOPE-NO-YEAR": ErrorTexts(
        marked("No school year to read"),
        marked("The chosen schools have no school year for {asked} in PowerSchool."),
        marked("Check the years and terms: Start Page > School > Years & Terms."),
    ),
    "PSC-SCOPE-REKEY": ErrorTexts(
        marked("Other ids need a full sync"),
        marked("Records get other ids, so everything has to be delivered at once; only {scope} were asked for."),
        marked("Sync everything once; after that, parts can be synced alone."),
    ),
}
