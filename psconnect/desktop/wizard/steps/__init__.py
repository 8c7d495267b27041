"""The steps of the set-up in their order. A step is added here and in ``pages.PAGES``, and nowhere else."""

from __future__ import annotations

from typing import Any

from psconnect.desktop.wizard.steps.attributes import AttributesStep
from psconnect.desktop.wizard.steps.connect import ConnectStep
from psconnect.desktop.wizard.steps.credentials import CredentialsStep
from psconnect.desktop.wizard.steps.destination import DestinationStep
from psconnect.desktop.wizard.steps.filters import FiltersStep
from psconnect.desktop.wizard.steps.plugin import PluginStep
from psconnect.desktop.wizard.steps.requirements import RequirementsStep
from psconnect.desktop.wizard.steps.safety import SafetyStep
from psconnect.desktop.wizard.steps.schedule import ScheduleStep
from psconnect.desktop.wizard.steps.schools import SchoolsStep
from psconnect.desktop.wizard.steps.spec import StepSpec
from psconnect.desktop.wizard.steps.summary import SummaryStep
from psconnect.desktop.wizard.steps.uniqueness import UniquenessStep
from psconnect.desktop.wizard.steps.who import WhoStep

STEPS: tuple[StepSpec[Any], ...] = (
    ConnectStep(),
    WhoStep(),
    PluginStep(),
    CredentialsStep(),
    SchoolsStep(),
    AttributesStep(),
    RequirementsStep(),
    FiltersStep(),
    UniquenessStep(),
    SafetyStep(),
    DestinationStep(),
    ScheduleStep(),
    SummaryStep(),
)
