"""How this demo server behaves where real servers differ or are undocumented.

Section numbers are those of docs/powerschool.md; [I] marks facts that the page calls inferred.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from psconnect.demo.switch import switch

_SECRET: Final = frozenset(
    {
        "STUDENTS.SSN",
        "STUDENTS.STUDENT_WEB_PASSWORD",
        "STUDENTS.WEB_PASSWORD",
        "USERS.PASSWORD",
        "USERS.TEACHERLOGINPW",
        "PCAS_ACCOUNT.PASSWORD",
    }
)
_NONE: Final[frozenset[str]] = frozenset()
#: There is no public evidence that a plugin may ask for these (19).
_DOUBTFUL: Final = (
    "ROLEDEF", "CALENDAR_DAY", "SECTIONTEACHER", "GUARDIANPERSONASSOC", "GUARDIAN", "PCAS_ACCOUNT", "USERS.LOGINID",
    "STUDENTS.STUDENT_WEB_ID", "PERSON", "STUDENTCONTACTASSOC", "STUDENTCONTACTDETAIL",
)  # fmt: skip

_MISSED: Final = (*_DOUBTFUL, "ROLEDEF.ROLEKEY")


@dataclass(frozen=True, slots=True)
class Quirks:
    """The server's switches. The defaults are a hosted 25.9 server as that page describes it.

    Attributes:
        server_version: reported by ``/ws/v1/metadata``; from 25.2 on, ``/ws/v1`` needs accessLevelV1Api (3.3).
        token_type: whether a token answer has ``token_type`` (3.2; clients contradict each other).
        expires_in_text: ``expires_in`` is a string of digits, or a number (3.2).
        token_life_seconds: how long a token lives (3.2).
        token_sharing: the result of a second token request: the "same" token with less time left [I], a "separate"
            one, or a new one that makes the old one invalid ("revoke").
        token_survives_upgrade: whether a token still works after an upgrade is enabled (10.4 [I]).
        tokens_a_minute: more token requests than this in a minute get 429; 0 for no limit (3.2).
        credentials_in_body: whether client_id and client_secret may be in the form instead of the header (3.1).
        bad_grant: the answer to a wrong grant_type: 401 ``bad_request`` or 400 ``unsupported_grant_type`` (3.3 [I]).
        no_oauth_is_404: 404 from the token path while no plugin with OAuth is installed, else 401 (3.3 [I]).
        disabled_sign_in: credentials of a disabled plugin are "refused" (401), or get a token all the same ("issued")
            (17 row 1 [I]).
        disabled_data_call: a data call with a token of a disabled plugin: "unauthorized" (401) or "not found" (404)
            [I].
        page_size: the page size a plugin gets when it is installed (4, 18).
        oversize_page: a ``pagesize`` beyond the maximum is "clamp"-ed or "refuse"-d with 400 (5.4, 11.1 [I]).
        star_projection: ``projection=*`` is "reduce"-d to granted columns or "refuse"-d with 403 (10.2 [I]).
        empty_query: a query answer without rows: "bare" ``{}``, "record" with an empty list, or "extensions" (11.2
            [I]).
        empty_table: a table answer without rows: "record" with an empty list, or "bare" without the key (11.2 [I]).
        query_denied: the status when a query uses a field that is not granted (11.3: 403, 400 also reported).
        count_checks_fields: whether counting a query needs access to its fields, as reading it does (11.3 [I]).
        sql_error: the status when Oracle refuses a query at run time (11.3 [I]).
        argument_types: an argument that names a column is bound as that "column", or every one as a "text" (19).
        number_arguments: one that names a number column is bound as an exact "number", or a "floating" one (23 [I]).
        plain_arguments: one that names no column is bound as "text", "number" or "floating" number (23 [I]).
        row_values: values of tables and queries are "text"; or those of number columns are a "number", flags among them
            a "boolean", or text, number and boolean in turn ("mixed"); or every text that looks like a number or
            boolean is "converted" to one, as on ``/ws/v1`` (11.2, 19).
        date_text: a date value is shown as the statement formats it ("selected"), or always as a "date" (2026-08-17), a
            "timestamp" (2026-08-17 00:00:00.000) or with a "T" (2026-08-17T00:00:00) (11.2 [I]).
        timestamp_text: a TIMESTAMP that the statement doesn't format is shown as a "timestamp" or a "date" (11.2).
        row_ids: whether flattened rows with coreTable have a numeric ``_id`` beside ``_name`` (19).
        lower_case_keys: output keys are the text of ``<column>`` in lower case, or unchanged (11.2 [I]).
        builtin_queries: which built-in queries exist: "all" whose answers are known well enough, or the "confirmed"
            ones (9.4).
        builtin_listed: whether the built-in queries are in the list of queries (11.4 [I]).
        builtin_shape: the answers of built-in queries whose shape is unknown are "flat", or "grouped" by table (9.4
            [I]).
        builtin_grade_text: ``grade_text`` of the grade levels has "letters" (K and PK), or only the "number" (9.4 [I]).
        builtin_present_code: whether the attendance codes of a school and date include the empty code, which means
            present (9.3 [I]).
        query_content_type: a query body that is not declared JSON: "accept", "415" or "500" (2 [I]).
        metadata: ``/ws/v1/metadata`` is "open" to everybody (4), requires a token ("signed"), or a token of a plugin
            with accessLevelV1Api ("v1").
        metadata_unsigned: how a server whose metadata requires a token refuses a call without one: 400 or 401 (4 [I]).
        sso_flags_as_text: ``sso_enabled_*`` in metadata are strings or booleans (4).
        v1_typing: ``/ws/v1`` texts become numbers and booleans by Jettison's rule, or all stay strings (5.3 [I]).
        v1_without_accept: the form of a ``/ws/v1`` answer to a call without Accept header: "json" or "xml" (2 [I]).
        v1_past_end: a page beyond the last one: the wrapper has only its "keys", or is "blank" (5.2 [I]).
        v1_unknown_names: an unknown expansion or extension is "ignore"-d or "refuse"-d with 400 (5.4, 5.6 [I]).
        single_field_as_object: an extension's only field is an object, not a list of one (5.6 [I]).
        v1_school_list: whether ``/ws/v1/school`` is routed in addition to ``/ws/v1/district/school`` (6.1 conflict).
        school_students: ``school/{id}/student`` without filter lists "all" students or the "active" ones (6.1 [I]).
        school_sections: ``school/{id}/section`` without filter lists "all" years or the "current" one (6.1 [I]).
        other_staff_types: ``type`` of a school affiliation has 3 and 4 for lunch and substitutes, else 2 (6.3 [I]).
        dropped_ids: the ids of a dropped section enrollment are "positive", or "negative" as in CC (6.4 [I]).
        timestamp_unit: ``timestamp`` of ``/ws/v1/time`` is in "ms" or "s" (4 [I]).
        contacts_list: the answer of ``/ws/contacts/contacts`` is a bare "array", or "wrapped" as ``contacts`` (8 [I]).
        contacts_invalid: a contact that can't be saved gets 400 with a "result" of status INVALID, or with a plain
            "message" (8 [I]).
        contacts_by_v1_access: whether accessLevelV1Api also gates ``/ws/contacts`` (403), READ for reading and FULL for
            writing (8 [I]).
        write_values: table and attendance writes take values only as "text" (times of day are numbers), or "any" scalar
            (10.5, 13.3).
        flat_extension_keys: ``extensions=`` on a flattened query adds keys "qualified" as table.field, or "plain" ones
            (11.1 [I]).
        attendance_errors: an invalid record among several gets its own ERROR ("record"), or the whole call gets 400
            ("refuse") (13.3 [I]).
        attendance_twice: existing attendance of a student, day and mode is "update"-d, or a "conflict" with 409 (13.3
            [I]).
        student_unknown_fields: an unknown field in ``POST /ws/v1/student`` is "ignore"-d, or an error of its record
            ("refuse") (13.1 [I]).
        student_zero_counts: whether its answer includes counters that are zero (13.1).
        student_fee_warning: whether an inserted student gets the warning FEES_ASSIGN_FEES_FAILED (13.1).
        data_version_text: ``$dataversion`` in answers is a string or a number (12 conflict).
        data_version_tables: ``tables`` of a data-version answer is one "object", or an "array" of objects with one
            table each (12 conflict).
        data_version_files: a subscription file is "read", ignored ("ignore"), or makes the server "refuse" the plugin
            (12 [I]).
        data_version_deletes: whether keys of deleted rows are among the changed ones (12 [I]).
        events: whether the district's Global Event Services are "off", or "deliver" to subscribers (14).
        events_need_https: whether a subscription to a plain http address is refused (14).
        xte_breach_mitigation: whether objects of ``/ws/xte`` have a random ``$breach_mitigation`` (13.4).
        xte_resubmit: whether scores are first answered with 412, and taken when sent again (13.4).
        double_slashes: ``//ws/...`` is understood, or answered with 404 (2 [I]).
        case_sensitive_paths: ``/WS/V1/Metadata`` is 404, or understood (18 [I]).
        fixed_child_order: whether plugin.xml must have oauth, access_request, publisher in this order (15.2 conflict).
        strict_entries: whether a plugin ZIP is refused for entries of unknown name or format, also in its folders,
            instead of installed (15.1 conflict, 23).
        v1_attribute_on_old_servers: whether servers before 25.2 take ``accessLevelV1Api`` in plugin.xml (15.4 [I]).
        excluded: TABLE.FIELD names, and whole tables, that no plugin may ask for; enabling fails (15.4, members [I]).
        missing: TABLE.FIELD names, and whole tables, that this server lacks (15.4, 19).
        clash_at: a plugin is refused at "install" or at "enable" if another one has a query, query file or page of the
            same name (15.5, 15.8).
        unique_query_files: whether names of query files have to be unique over all plugins, like those of queries
            (15.5).
        failed_enable: a failed enabling "disables" the whole plugin, or "keeps" what was in force (19).
        queries_namespace: whether a query file whose root has a namespace loads (19).
        guardian_id_shown: whether a query may output GUARDIAN.GUARDIANID; else it is refused (19).
        throttle_ms: minimum time between two calls of one plugin; 0 for none (18).
        throttle_status: the status of a call that comes too early (17 row 18 [I]).
        throttle_retry_after: whether that answer has a Retry-After header [I].
        maintenance: "off", "redirect" to the provider's page, "reset" connections, or "unavailable" (503) (17, 18).

    """

    server_version: str = switch("25.9.0.0.252611238", "26.1.0", "24.3.1.0", "22.9.0.0")
    token_type: bool = True
    expires_in_text: bool = True
    token_life_seconds: int = switch(2_592_000, 3600)
    token_sharing: Literal["same", "separate", "revoke"] = "same"  # noqa: S105 - a switch
    token_survives_upgrade: bool = True
    tokens_a_minute: int = switch(0, effect="apart")
    credentials_in_body: bool = True
    bad_grant: Literal[400, 401] = 401
    no_oauth_is_404: bool = True
    disabled_sign_in: Literal["refused", "issued"] = "refused"
    disabled_data_call: Literal["unauthorized", "not found"] = "unauthorized"
    page_size: int = switch(100, 250, 1000)
    oversize_page: Literal["clamp", "refuse"] = "clamp"
    star_projection: Literal["reduce", "refuse"] = "reduce"
    empty_query: Literal["bare", "record", "extensions"] = "bare"
    empty_table: Literal["record", "bare"] = "record"
    query_denied: Literal[403, 400] = 403
    count_checks_fields: bool = True
    sql_error: Literal[500, 400] = 500
    argument_types: Literal["column", "text"] = "column"
    number_arguments: Literal["number", "floating"] = "floating"
    plain_arguments: Literal["text", "number", "floating"] = "floating"
    row_values: Literal["text", "number", "boolean", "mixed", "converted"] = "text"
    date_text: Literal["selected", "date", "timestamp", "T"] = "selected"
    timestamp_text: Literal["timestamp", "date"] = "timestamp"
    row_ids: bool = True
    lower_case_keys: bool = True
    builtin_queries: Literal["all", "confirmed"] = "all"
    builtin_listed: bool = True
    builtin_shape: Literal["flat", "grouped"] = "flat"
    builtin_grade_text: Literal["letters", "number"] = "letters"
    builtin_present_code: bool = True
    query_content_type: Literal["accept", "415", "500"] = "415"
    metadata: Literal["open", "signed", "v1"] = "open"
    metadata_unsigned: Literal[400, 401] = 400
    sso_flags_as_text: bool = True
    v1_typing: bool = True
    v1_without_accept: Literal["json", "xml"] = "json"
    v1_past_end: Literal["keys", "blank"] = "keys"
    v1_unknown_names: Literal["ignore", "refuse"] = "ignore"
    single_field_as_object: bool = True
    v1_school_list: bool = False
    school_students: Literal["all", "active"] = "all"
    school_sections: Literal["all", "current"] = "all"
    other_staff_types: bool = True
    dropped_ids: Literal["positive", "negative"] = "positive"
    timestamp_unit: Literal["ms", "s"] = "ms"
    contacts_list: Literal["array", "wrapped"] = "array"
    contacts_invalid: Literal["result", "message"] = "result"
    contacts_by_v1_access: bool = True
    write_values: Literal["text", "any"] = "text"
    flat_extension_keys: Literal["qualified", "plain"] = "qualified"
    attendance_errors: Literal["record", "refuse"] = "record"
    attendance_twice: Literal["update", "conflict"] = "update"
    student_unknown_fields: Literal["ignore", "refuse"] = "ignore"
    student_zero_counts: bool = True
    student_fee_warning: bool = False
    data_version_text: bool = True
    data_version_tables: Literal["object", "array"] = "object"
    data_version_files: Literal["read", "ignore", "refuse"] = "read"
    data_version_deletes: bool = True
    events: Literal["off", "deliver"] = "off"
    events_need_https: bool = True
    xte_breach_mitigation: bool = True
    xte_resubmit: bool = False
    double_slashes: bool = True
    case_sensitive_paths: bool = True
    fixed_child_order: bool = False
    strict_entries: bool = True
    v1_attribute_on_old_servers: bool = False
    excluded: frozenset[str] = switch(_SECRET, *(_SECRET | {name} for name in _DOUBTFUL), effect="none")
    missing: frozenset[str] = switch(_NONE, *(frozenset({name}) for name in _MISSED), effect="none")
    clash_at: Literal["install", "enable"] = "install"
    unique_query_files: bool = True
    failed_enable: Literal["disables", "keeps"] = "disables"
    queries_namespace: bool = False
    guardian_id_shown: bool = False
    throttle_ms: int = switch(0, effect="apart")
    throttle_status: Literal[429, 503] = 429
    throttle_retry_after: bool = True
    maintenance: Literal["off", "redirect", "reset", "unavailable"] = switch("off", effect="apart")

    @property
    def has_v1_switch(self) -> bool:
        """Whether this version gates ``/ws/v1`` by accessLevelV1Api."""
        return version_key(self.server_version) >= _FIRST_WITH_V1_SWITCH


def version_key(version: str) -> tuple[int, ...]:
    """The parts of a version as numbers, for comparing; other parts count as 0."""
    return tuple(int(part) if part.isdigit() else 0 for part in version.split("."))


_FIRST_WITH_V1_SWITCH: Final = (25, 2)
