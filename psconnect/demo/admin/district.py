"""Changes the district, so that a second sync has something to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from psconnect.demo.district.change import CHANGES, LARGEST_CHANGE

if TYPE_CHECKING:
    from psconnect.demo.admin.records import Records
    from psconnect.demo.admin.visits import PageHandler, Visit
    from psconnect.demo.server.controls import ServerControls
    from psconnect.demo.server.messages import Reply

_PAGE: Final = "/admin/demo/district.html"
_USUAL: Final = 10


class DistrictPages:
    """One form per kind of change, and one to reset."""

    def __init__(self, records: Records, server: ServerControls) -> None:
        self._records = records
        self._server = server

    def routes(self) -> dict[tuple[str, str], PageHandler]:
        """What these pages answer."""
        return {
            ("GET", _PAGE): self._show,
            ("POST", _PAGE): self._change,
            ("POST", "/admin/demo/startover.html"): self._start_over,
        }

    def _show(self, visit: Visit) -> Reply:
        return visit.page(
            "district.html", "Change the district", changes=CHANGES.values(), schools=self._records.schools(),
            today=self._server.today, usual=_USUAL, most=LARGEST_CHANGE,
        )  # fmt: skip

    def _change(self, visit: Visit) -> Reply:
        form = visit.form
        kind = form.text("kind")
        try:
            count = form.number("count", "The number of students", 1) if "count" in form.fields else _USUAL
            school = form.number("school", "The school") if form.text("school") else None
            outcome = self._server.change_district(kind, count=count, school=school)
        except ValueError as error:
            return visit.refused(_PAGE, str(error))
        return visit.done(_PAGE, outcome.sentence)

    def _start_over(self, visit: Visit) -> Reply:
        if visit.form.text("sure") != "yes":
            return visit.refused(_PAGE, "Nothing was changed: tick that all changes shall be lost.")
        self._server.start_over()
        return visit.done(
            _PAGE, "The district is as it was at first, and so is the server’s date. Plugins are unchanged."
        )
