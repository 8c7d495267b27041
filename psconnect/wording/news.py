"""Whether the source has changes since the last run, in words that claim no more than was asked."""

from __future__ import annotations

from datetime import datetime

from psconnect.model.news import NewsOfSource, SourceNews
from psconnect.wording.catalogue import number, tr
from psconnect.wording.records import listed, rows_label, rows_order
from psconnect.wording.times import moment


def news_in_words(news: NewsOfSource, now: datetime) -> str:
    """A sentence for the connection's card; empty where there is nothing that could be asked."""
    when = moment(news.asked, now)
    if news.found is None:
        failed = tr(
            "Whether there are changes since then is not known: the source could not be asked {when}.", when=when
        )
        return failed if news.error else ""
    return _changed(news.found, when) if news.found.changed else _quiet(news.found, when)


def _changed(found: SourceNews, when: str) -> str:
    if found.how == "files":
        return tr("The files in the folder were written after the last run began (looked {when}).", when=when)
    what = ", ".join(_kind(key, count, found) for key, count in _in_order(found.changed))
    if found.how == "counts":
        return tr("Counted in PowerSchool since then: {what} (asked {when}).", what=what, when=when)
    return tr("Changed in PowerSchool since then: {what} (asked {when}).", what=what, when=when)


def _quiet(found: SourceNews, when: str) -> str:
    if found.how == "files":
        return tr("No file in the folder is newer than the last run (looked {when}).", when=when)
    kinds = listed([rows_label(key) for key, _count in _in_order(dict.fromkeys(found.covers, 0))])
    if found.how == "counts":
        return tr(
            "PowerSchool counts as many as then: {kinds}. Whether anything about them changed, a run tells "
            "(asked {when}).",
            kinds=kinds,
            when=when,
        )
    return tr(
        "PowerSchool reports no change since then of: {kinds}. Other records were not asked about (asked {when}).",
        kinds=kinds,
        when=when,
    )


def _kind(key: str, count: int, found: SourceNews) -> str:
    signed = f"+{number(count)}" if found.how == "counts" and count > 0 else number(count)
    return tr("{kind} {count}", kind=rows_label(key) if key else tr("other details"), count=signed)


def _in_order(counts: dict[str, int]) -> list[tuple[str, int]]:
    """In the order of all lists of rows; what belongs to no list alone comes last."""
    return sorted(counts.items(), key=lambda item: (not item[0], rows_order(item[0])))
