"""The blocks of a contact (section 8): which key of the JSON is which column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from psconnect.demo.server.writes.rows import column_rules, is_date

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from psconnect.demo.district.rows import Value

    #: Runs a SELECT with its parameters and gives the rows.
    Ask = Callable[[str, Sequence[object]], Iterable[tuple[Any, ...]]]

ContactFieldKind = Literal["text", "flag", "number", "date", "code"]


class BadContactError(ValueError):
    """A contact cannot be saved as it was sent; the message is the server's."""


@dataclass(frozen=True, slots=True)
class ContactField:
    """One key of a block and its column. ``code`` is the CodeSet.CodeType that a text of kind "code" belongs to."""

    key: str
    column: str
    kind: ContactFieldKind = "text"
    code: str = ""
    required: bool = False

    def shown(self, value: Value, ask: Ask) -> object:
        """A stored value as the JSON has it."""
        if self.kind == "flag":
            return bool(value)
        if self.kind == "code" and value is not None:
            return next((code for (code,) in ask("SELECT Code FROM CodeSet WHERE CodeSetID = ?", [value])), None)
        return value

    def stored(self, value: object, table: str, ask: Ask) -> Value:
        """A value of the JSON as its column stores it.

        Raises:
            BadContactError: if it does not fit.

        """
        if value is None or value == "":
            if self.required:
                message = f"{self.key} is required"
                raise BadContactError(message)
            return 0 if self.kind == "flag" else None
        if self.kind == "flag":
            if not isinstance(value, bool):
                message = f"{self.key} must be true or false"
                raise BadContactError(message)
            return int(value)
        if self.kind == "number":
            if isinstance(value, bool) or not isinstance(value, int):
                message = f"{self.key} must be a whole number"
                raise BadContactError(message)
            return value
        return self._stored_text(value, table, ask)

    def _stored_text(self, value: object, table: str, ask: Ask) -> Value:
        if not isinstance(value, str):
            message = f"{self.key} must be a text"
            raise BadContactError(message)
        if self.kind == "date" and not is_date(value):
            message = f"{self.key} must be a date, written YYYY-MM-DD"
            raise BadContactError(message)
        if self.kind == "code":
            sql = "SELECT CodeSetID FROM CodeSet WHERE CodeType = ? AND upper(Code) = upper(?)"
            found = next((key for (key,) in ask(sql, [self.code, value])), None)
            if found is None:
                message = f"{self.key} is not a code of {self.code} in this district"
                raise BadContactError(message)
            return int(found)
        longest = column_rules(table)[self.column.upper()].longest
        if longest is not None and len(value) > longest:
            message = f"{self.key} is longer than {longest} characters"
            raise BadContactError(message)
        return value


@dataclass(frozen=True, slots=True)
class Part:
    """A list of a contact: rows of ``table`` that belong to a person and point to a row of ``value_table``.

    ``only_one`` is the flag that at most one row of the person has. ``order`` is the column of the sequence.
    """

    name: str
    key: str
    table: str
    value_key: str
    value_table: str
    link: str
    order: str
    fields: tuple[ContactField, ...]
    value_fields: tuple[ContactField, ...]
    only_one: str | None = None


DEMOGRAPHICS: Final = (
    ContactField("firstName", "FirstName", required=True),
    ContactField("middleName", "MiddleName"),
    ContactField("lastName", "LastName", required=True),
    ContactField("prefix", "PrefixCodeSetID", "code", "Prefix"),
    ContactField("suffix", "SuffixCodeSetID", "code", "Suffix"),
    ContactField("gender", "GenderCodeSetID", "code", "Gender"),
    ContactField("employer", "Employer"),
    ContactField("stateContactNumber", "StateContactNumber"),
    ContactField("contactNumber", "ContactNumber"),
    ContactField("stateExcludeFromReporting", "ExcludeFromStateRptg", "flag"),
    ContactField("active", "IsActive", "flag"),
    ContactField("language", "LanguageCodeSetID", "code", "Language"),
)

DETAILS: Final = (
    ContactField("relationship", "RelationshipTypeCodeSetID", "code", "Relationship", required=True),
    ContactField("relationshipNote", "RelationshipNote"),
    ContactField("custodial", "IsCustodial", "flag"),
    ContactField("emergency", "IsEmergency", "flag"),
    ContactField("livesWith", "LivesWithFlg", "flag"),
    ContactField("schoolPickup", "SchoolPickupFlg", "flag"),
    ContactField("receivesMail", "ReceivesMailFlg", "flag"),
    ContactField("startDate", "StartDate", "date"),
    ContactField("endDate", "EndDate", "date"),
    ContactField("active", "IsActive", "flag"),
    ContactField("excludeFromStateReporting", "ExcludeFromStateRptg", "flag"),
)

EMAILS: Final = Part(
    "emails", "contactEmailId", "PersonEmailAddressAssoc", "emailId", "EmailAddress", "EmailAddressID",
    "EmailAddressPriorityOrder",
    (
        ContactField("primary", "IsPrimaryEmailAddress", "flag"),
        ContactField("type", "EmailTypeCodeSetID", "code", "Email"),
    ),
    (ContactField("address", "EmailAddress", required=True),),
    only_one="IsPrimaryEmailAddress",
)  # fmt: skip
PHONES: Final = Part(
    "phones", "contactsPhoneId", "PersonPhoneNumberAssoc", "phoneNumberId", "PhoneNumber", "PhoneNumberID",
    "PhoneNumberPriorityOrder",
    (
        ContactField("sequence", "PhoneNumberPriorityOrder", "number"),
        ContactField("preferred", "IsPreferred", "flag"),
        ContactField("phoneType", "PhoneTypeCodeSetID", "code", "Phone"),
    ),
    (
        ContactField("phoneNumber", "PhoneNumber", required=True),
        ContactField("extension", "PhoneNumberExt"),
        ContactField("sms", "IsSMS", "flag"),
    ),
    only_one="IsPreferred",
)  # fmt: skip
ADDRESSES: Final = Part(
    "addresses", "contactsAddressId", "PersonAddressAssoc", "addressId", "PersonAddress", "PersonAddressID",
    "AddressPriorityOrder",
    (
        ContactField("sequence", "AddressPriorityOrder", "number"),
        ContactField("addressType", "AddressTypeCodeSetID", "code", "Address"),
        ContactField("startDate", "StartDate", "date"),
        ContactField("endDate", "EndDate", "date"),
    ),
    (
        ContactField("street", "Street", required=True),
        ContactField("linetwo", "LineTwo"),
        ContactField("unit", "Unit"),
        ContactField("city", "City"),
        ContactField("state", "State"),
        ContactField("country", "Country"),
        ContactField("postalcode", "PostalCode"),
    ),
)  # fmt: skip
PARTS: Final = (EMAILS, PHONES, ADDRESSES)


def shown_block(fields: Sequence[ContactField], values: Sequence[Value], ask: Ask) -> dict[str, object]:
    """The keys of a block with their values as the JSON has them."""
    return {field.key: field.shown(value, ask) for field, value in zip(fields, values, strict=True)}


def stored_block(
    fields: Sequence[ContactField], body: dict[str, Any], table: str, ask: Ask, *, new: bool
) -> dict[str, Value]:
    """The columns a body sets: all of them for a new row, else those it names.

    Raises:
        BadContactError: for a value that does not fit, or one that is missing.

    """
    return {field.column: field.stored(body.get(field.key), table, ask) for field in fields if new or field.key in body}
