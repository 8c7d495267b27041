"""The only door: all user actions as plain calls with plain values. Command line and window use nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from psconnect.destinations.kind import Kind
from psconnect.mail import MailProvider, mail_providers, provider_of
from psconnect.model.findings import Finding
from psconnect.model.runs import SetAside
from psconnect.model.setting_fields import SecretField, SettingField, TableColumn
from psconnect.powerschool.field_finder import FieldState, FoundField
from psconnect.powerschool.pieces import Piece
from psconnect.powerschool.plugin import PluginPackage, plugin_name
from psconnect.reports.explained import ExplainedStep, Explanation, Happening, Related
from psconnect.roster.filter_templates import FilterTemplate
from psconnect.roster.roles import with_role
from psconnect.roster.school_choices import CourseScope
from psconnect.roster.sign_in import domain_within, mail_domain
from psconnect.service.connections import IN_USE, ConnectionState
from psconnect.service.demo import DEMO_DISTRICT, DEMO_NAME, DemoHome, demo_errors
from psconnect.service.diagnosing import DIAGNOSTICS_FILE, Diagnosing
from psconnect.service.drafts import draft_secrets
from psconnect.service.figures import Figures, StandingFigures
from psconnect.service.following import Following, Marks, RunNews
from psconnect.service.live import NOT_KEPT, LiveReading, LiveStatus
from psconnect.service.login_start import LoginStart, StartingAtLogin
from psconnect.service.news import AskingForNews
from psconnect.service.proving import PROVED_START, Proving
from psconnect.service.reports import REPORT_ENDINGS, Reports, new_accounts_name, report_name
from psconnect.service.review import Limit, Review, Undoable
from psconnect.service.safety import LastMeasured, LimitFigures
from psconnect.service.secrets import SecretState
from psconnect.service.setup import SetUp
from psconnect.service.shared_names import SharedNames
from psconnect.service.sign_ins import SetByHand, SignIns
from psconnect.service.typed_choices import (
    check_name_fields,
    filter_label,
    fixed_options,
    known_field,
    made_usernames,
    offered_templates,
    split_name,
)
from psconnect.sources.kind import Offer, OfferedCourse, OfferedSchool, OfferedTerm, RoleUse, School, SourceField
from psconnect.store.history.change_table import Arrangement
from psconnect.store.history.run_search import RunList
from psconnect.store.reading.last_reading import FINDABLE, Match
from psconnect.store.reading.standing_records import RecordList
from psconnect.store.settings.home import Home, find_home, slug
from psconnect.store.settings.notice_notes import NoticeNotes
from psconnect.store.settings.secrets import CLIENT_SECRET, SecretPlace, secret_word
from psconnect.sync.adoption import ADOPTABLE, AdoptedRow, AdoptionPreview
from psconnect.sync.attribute_settings import (
    AttributeSetting,
    EntitySettings,
    RosterSettings,
    mappable_fields,
    roster_settings,
    usable,
)
from psconnect.sync.filter_preview import Caught, FilterPreview
from psconnect.sync.frozen_ids import IdsNow
from psconnect.sync.frozen_settings import frozen_fields
from psconnect.sync.included import options_of
from psconnect.sync.inspect import PresetInfo, Receiver
from psconnect.sync.live.counting import EntityCounts, FilterCounts, RuleLoss
from psconnect.sync.live.delivery import EntityDelivery
from psconnect.sync.live.sampling import SampleRecord, Samples
from psconnect.sync.live.values import MissingCount, RepeatCount, ValueCount
from psconnect.sync.measures import Measure
from psconnect.sync.rekey import NewId, RekeyPlan, RekeyWishes
from psconnect.sync.thresholds import default_limits, parse_threshold

__all__ = [
    "ADOPTABLE",
    "CLIENT_SECRET",
    "DEMO_DISTRICT",
    "DEMO_NAME",
    "DIAGNOSTICS_FILE",
    "FINDABLE",
    "IN_USE",
    "NOT_KEPT",
    "PROVED_START",
    "REPORT_ENDINGS",
    "AdoptedRow",
    "AdoptionPreview",
    "Arrangement",
    "AttributeSetting",
    "Caught",
    "ConnectionState",
    "CourseScope",
    "DemoHome",
    "EntityCounts",
    "EntityDelivery",
    "EntitySettings",
    "ExplainedStep",
    "Explanation",
    "FieldState",
    "FilterCounts",
    "FilterPreview",
    "FilterTemplate",
    "Finding",
    "FoundField",
    "Happening",
    "Home",
    "IdsNow",
    "Kind",
    "LastMeasured",
    "Limit",
    "LiveReading",
    "LiveStatus",
    "LoginStart",
    "MailProvider",
    "Marks",
    "Match",
    "Measure",
    "MissingCount",
    "NewId",
    "NoticeNotes",
    "Offer",
    "OfferedCourse",
    "OfferedSchool",
    "OfferedTerm",
    "Piece",
    "PluginPackage",
    "PresetInfo",
    "Receiver",
    "RecordList",
    "RekeyPlan",
    "RekeyWishes",
    "Related",
    "RepeatCount",
    "RoleUse",
    "RosterSettings",
    "RuleLoss",
    "RunList",
    "RunNews",
    "SampleRecord",
    "Samples",
    "School",
    "SecretField",
    "SecretPlace",
    "SecretState",
    "Service",
    "SetAside",
    "SetByHand",
    "SettingField",
    "SourceField",
    "StandingFigures",
    "TableColumn",
    "Undoable",
    "ValueCount",
    "check_name_fields",
    "default_limits",
    "demo_errors",
    "domain_within",
    "draft_secrets",
    "filter_label",
    "find_home",
    "fixed_options",
    "frozen_fields",
    "known_field",
    "made_usernames",
    "mail_domain",
    "mail_providers",
    "mappable_fields",
    "new_accounts_name",
    "offered_templates",
    "options_of",
    "parse_threshold",
    "plugin_name",
    "provider_of",
    "report_name",
    "roster_settings",
    "secret_word",
    "slug",
    "split_name",
    "usable",
    "with_role",
]


@dataclass
class Service(
    Proving,
    SetUp,
    SharedNames,
    Diagnosing,
    Reports,
    Review,
    SignIns,
    Figures,
    LimitFigures,
    StartingAtLogin,
    Following,
    AskingForNews,
):
    """Everything a user can do with the connections of one home.

    All methods raise PsconnectError that a user can act on. Methods with ``cancel`` can be stopped from another thread;
    methods with ``on_event`` or ``on_finding`` call it from the thread they run in.
    """
