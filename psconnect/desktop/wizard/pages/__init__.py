"""The pages of the set-up by the keys of their steps. A step is added here and in ``steps.STEPS``, and nowhere else."""

from __future__ import annotations

from psconnect.desktop.wizard.pages.attributes import AttributesPage
from psconnect.desktop.wizard.pages.base import StepPage
from psconnect.desktop.wizard.pages.connect import ConnectPage
from psconnect.desktop.wizard.pages.credentials import CredentialsPage
from psconnect.desktop.wizard.pages.destination import DestinationPage
from psconnect.desktop.wizard.pages.filters import FiltersPage
from psconnect.desktop.wizard.pages.plugin import PluginPage
from psconnect.desktop.wizard.pages.requirements import RequirementsPage
from psconnect.desktop.wizard.pages.safety import SafetyPage
from psconnect.desktop.wizard.pages.schedule import SchedulePage
from psconnect.desktop.wizard.pages.schools import SchoolsPage
from psconnect.desktop.wizard.pages.summary import SummaryPage
from psconnect.desktop.wizard.pages.uniqueness import UniquenessPage
from psconnect.desktop.wizard.pages.who import WhoPage

PAGES: dict[str, type[StepPage]] = {
    "connect": ConnectPage,
    "who": WhoPage,
    "plugin": PluginPage,
    "credentials": CredentialsPage,
    "schools": SchoolsPage,
    "filters": FiltersPage,
    "safety": SafetyPage,
    "attributes": AttributesPage,
    "requirements": RequirementsPage,
    "uniqueness": UniquenessPage,
    "destination": DestinationPage,
    "schedule": SchedulePage,
    "summary": SummaryPage,
}
