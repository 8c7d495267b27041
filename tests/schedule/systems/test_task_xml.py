"""Tasks for Windows, judged by a schema that was written from the documented elements and shares nothing with ours."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import xmlschema
from hypothesis import given
from hypothesis import strategies as st

from psconnect.model.errors import FixSettings, TryLater
from psconnect.schedule.systems.kind import Entry, LocalTime
from psconnect.schedule.systems.task_xml import entry_in_task, task_file
from psconnect.schedule.systems.windows_arguments import joined, split
from tests.contracts.scheduler_contract import SchedulerCase, shapes

_SCHEMA = xmlschema.XMLSchema(str(Path(__file__).parents[2] / "judges" / "windows_task.xsd"))
_USER = r"SCHULE\Jörg Ångström & Søn"
_PROGRAM = r"\\server\Prögramme & Co\psconnectw.exe"
_CASE = SchedulerCase(None, None, (_PROGRAM,), None, None)
_SHAPES = shapes(_CASE)
_WHOLE = replace(_SHAPES["all sorts, with an end"], at_login=True)


def text_of(entry: Entry) -> str:
    return task_file(entry, _USER).decode("utf-16")


def judged(text: str) -> bool:
    return bool(_SCHEMA.is_valid(re.sub(r"^<\?xml[^>]*\?>", "", text)))


@pytest.mark.parametrize("what", _SHAPES)
def test_what_windows_gets_is_as_documented(what: str) -> None:
    document = task_file(_SHAPES[what], _USER)
    assert document.startswith(b"\xff\xfe<\x00?\x00x\x00m\x00l\x00"), "UTF-16 with its mark, as Windows writes it"
    _SCHEMA.validate(re.sub(r"^<\?xml[^>]*\?>", "", document.decode("utf-16")))
    assert entry_in_task("kx3f9q", document) == _SHAPES[what]


def test_what_a_task_says() -> None:
    text = text_of(_WHOLE)
    for said in (
        "<StartWhenAvailable>true<",
        "<DisallowStartIfOnBatteries>false<",
        "<StopIfGoingOnBatteries>false<",
        "<ExecutionTimeLimit>PT4H<",
        "<MultipleInstancesPolicy>IgnoreNew<",
        "<LogonType>InteractiveToken<",
        "<RunLevel>LeastPrivilege<",
        "<WorkingDirectory>\\\\server\\Prögramme &amp; Co\\<",
    ):
        assert said in text
    calendars = len([one for one in _WHOLE.times if not one.on])
    assert text.count("<CalendarTrigger>") == calendars == 3, "one of its own per time"
    assert text.count("<EndBoundary>2028-06-02T23:59:59<") == len(_WHOLE.times) + 1
    assert text.count("SCHULE\\Jörg Ångström &amp; Søn</UserId>") == 2


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        ("InteractiveToken", "S4U"),
        ("LeastPrivilege", "HighestAvailable"),
        ("<StartWhenAvailable>true", "<StartWhenAvailable>false"),
        ("OnBatteries>false", "OnBatteries>true"),
        ("PT4H", "4 hours"),
        ("<StartBoundary>[^<]*</StartBoundary>", ""),
        ("</StartBoundary>", "Z</StartBoundary>"),
        ("(<Enabled>true</Enabled>)(<StartBoundary>[^<]*</StartBoundary>)", r"\2\1"),
        ("DaysInterval>1<", "DaysInterval>0<"),
        ("<Tuesday", "<tuesday"),
        ("<Command>([^<]*)</Command>", r'<Command>"\1"</Command>'),
        ("(<WorkingDirectory>)[^<]*", r"\1"),
        ("<WorkingDirectory>[^<]*</WorkingDirectory>", ""),
        ('Context="Author"', 'Context="Somebody"'),
        ("(<LogonTrigger>.*?)<UserId>[^<]*</UserId>", r"\1"),
        ("<Actions.*</Actions>", ""),
        ("2004/02/mit/task", "2004/02/mit/tasks"),
        ("IgnoreNew", "StopExisting"),
    ],
)
def test_a_file_that_was_changed_is_rejected(said: str, instead: str) -> None:
    text = text_of(_WHOLE)
    assert judged(text)
    changed = re.sub(said, instead, text)
    assert changed != text
    assert not judged(changed)


@given(st.lists(st.text(st.sampled_from('a "\\\t%ä '), max_size=8), max_size=5))
def test_arguments_are_taken_apart_as_they_were_joined(arguments: list[str]) -> None:
    assert split(joined(arguments)) == tuple(arguments)


@pytest.mark.parametrize(
    ("line", "arguments"),
    [
        (r'"a b c" d e', ("a b c", "d", "e")),
        (r'"ab\"c" "\\" d', ('ab"c', "\\", "d")),
        (r'a\\\b d"e f"g h', ("a\\\\\\b", "de fg", "h")),
        (r"a\\\"b c d", (r"a\"b", "c", "d")),
        (r'a\\\\"b c" d e', (r"a\\b c", "d", "e")),
    ],
)
def test_the_examples_of_microsofts_documentation(line: str, arguments: tuple[str, ...]) -> None:
    assert split(line) == arguments


def test_what_a_person_changed_is_seen() -> None:
    text = text_of(_WHOLE)

    def read(old: str, new: str) -> Entry:
        assert old in text
        return entry_in_task("kx3f9q", text.replace(old, new).encode("utf-16"))

    disabled = re.sub(r"(<AllowStartOnDemand>true</AllowStartOnDemand><Enabled>)true", r"\1false", text)
    assert disabled != text
    assert not entry_in_task("kx3f9q", disabled.encode("utf-16")).enabled
    assert read("T05:30:00", "T05:31:00") != _WHOLE
    assert read("<Wednesday />", "") != _WHOLE
    assert read("2028-06-02T23:59:59", "2028-06-03T23:59:59").until == date(2028, 6, 3)
    assert read("psconnectw.exe</Command>", "other.exe</Command>").command[0].endswith("other.exe")
    assert read("DaysInterval>1<", "DaysInterval>2<") != _WHOLE
    off = read("<LogonTrigger><Enabled>true", "<LogonTrigger><Enabled>false")
    assert not off.at_login


def test_what_windows_would_put_between_percent_signs_is_refused() -> None:
    with pytest.raises(FixSettings) as refused:
        task_file(_CASE.entry(command=(_PROGRAM, "sync", "%USERNAME%")), _USER)
    assert refused.value.code == "PSC-SCHEDULE-PERCENT"
    assert "100 %" in text_of(_CASE.entry(command=(_PROGRAM, "sync", "100 %"), times=(LocalTime(5, 30),)))


@pytest.mark.parametrize("answer", [b"", b"\xff\xfe", b"FEHLER", b"<Task>", "<Task".encode("utf-16")])
def test_an_answer_that_is_no_task(answer: bytes) -> None:
    with pytest.raises(TryLater) as refused:
        entry_in_task("kx3f9q", answer)
    assert refused.value.code == "PSC-SCHEDULE-ANSWER"
