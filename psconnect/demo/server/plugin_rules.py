"""The rules of plugin.xml (docs/powerschool.md 15.2), as data, and the check of a file against them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from psconnect.demo.server.safexml import local_name

if TYPE_CHECKING:
    import xml.etree.ElementTree as ET

NAMESPACE: Final = "http://plugin.powerschool.pearson.com"
_SCHEMA_INSTANCE: Final = "{http://www.w3.org/2001/XMLSchema-instance}"


@dataclass(frozen=True, slots=True)
class Attribute:
    """The length and values that an attribute may have."""

    least: int = 0
    most: int = 1000
    required: bool = False
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """What an element may contain: attributes, children with their number of occurrences, and whether in this order."""

    attributes: dict[str, Attribute] = field(default_factory=dict)
    children: dict[str, tuple[int, int]] = field(default_factory=dict)
    ordered: bool = False
    anything: bool = False


_MANY: Final = 1_000_000
_BOOLEAN: Final = Attribute(values=("true", "false", "1", "0"))
_FREE: Final = Rule(anything=True)
_URL: Final = Attribute(1, 1000, required=True)
_LINK: Final = Rule(
    {"display-text": Attribute(1, 100, required=True), "path": _URL, "title": Attribute(most=256)},
    {"ui_contexts": (1, 1)},
)

#: Rules by the path of an element below the root; the last two names are enough.
RULES: Final[dict[str, Rule]] = {
    "plugin": Rule(
        {
            "name": Attribute(1, 40, required=True),
            "version": Attribute(0, 20),
            "description": Attribute(most=256),
            "class": Attribute(most=256),
            "deletable": _BOOLEAN,
        },
        {
            "registration": (0, 1), "oauth": (0, 1), "access_request": (0, 1), "openid": (0, 1), "saml": (0, 1),
            "links": (0, 1), "publisher": (1, 1), "autoinstall": (0, 1), "identityAttribute": (0, 1),
        },
    ),
    "plugin/publisher": Rule({"name": Attribute(1, 100, required=True)}, {"contact": (1, 1)}),
    "publisher/contact": Rule({"email": Attribute(1, 40, required=True), "phone": Attribute(most=20)}),
    "plugin/oauth": Rule(
        {"account_token": Attribute(most=256), "accessLevelV1Api": Attribute(values=("NONE", "READ", "FULL"))},
        {"consumer": (0, 1)},
    ),
    "oauth/consumer": Rule(children={"url": (0, 1)}),
    "consumer/url": _FREE,
    "plugin/access_request": Rule(children={"field": (0, _MANY), "cdn_request": (0, 1)}),
    "access_request/field": Rule(
        {
            "table": Attribute(1, 30, required=True),
            "field": Attribute(1, 30, required=True),
            "access": Attribute(required=True, values=("ViewOnly", "FullAccess")),
        }
    ),
    "access_request/cdn_request": Rule(children={"cdn": (0, _MANY)}),
    "cdn_request/cdn": Rule({"name": Attribute(1, 300, required=True)}),
    "plugin/links": Rule(children={"link": (1, _MANY)}),
    "links/link": _LINK,
    "link/ui_contexts": Rule(children={"ui_context": (1, _MANY)}),
    "ui_contexts/ui_context": Rule(
        {
            "id": Attribute(
                required=True,
                values=("admin.header", "admin.left_nav", "teacher.header", "guardian.header", "student.header",
                        "teacher.pro.apps"),
            )
        }
    ),
    "plugin/openid": Rule(
        {"host": Attribute(1, 256, required=True), "port": Attribute(1, 5)}, {"links": (1, 1)}
    ),
    # A link's path is optional only here, so its rule has another name.
    "openid/links": Rule(children={"link": (1, _MANY)}),
    "openid/links/link": Rule({**_LINK.attributes, "path": Attribute(most=1000)}, _LINK.children),
    "plugin/saml": Rule(
        {
            "name": Attribute(1, 256, required=True), "idp-name": Attribute(most=256),
            "nameid-format": Attribute(values=("unspecified", "transient", "persistent")),
            **{key: Attribute(1, 1000) for key in
               ("entity-id", "base-url", "metadata-url", "idp-entity-id", "idp-metadata-url")},
        },
        {"links": (0, 1), "attributes": (0, 1), "permissions": (0, 1), "inline_authentication": (0, 1)},
        ordered=True,
    ),
    "saml/links": Rule(children={"link": (1, _MANY)}),
    "saml/attributes": Rule(children={"user": (1, _MANY)}),
    "attributes/user": Rule(
        {"type": Attribute(required=True, values=("admin", "teacher", "guardian", "student"))},
        {"attribute": (1, _MANY)},
    ),
    "user/attribute": Rule(
        {"name": Attribute(1, 256, required=True), "attribute-name": Attribute(most=256),
         "attribute-value": Attribute(most=256), "extension": Attribute(most=256)}
    ),
    "saml/permissions": Rule(children={"permission": (1, _MANY)}),
    "permissions/permission": Rule(
        {"name": Attribute(1, 100, required=True), "value": Attribute(1, 100, required=True),
         "description": _URL}
    ),
    "saml/inline_authentication": Rule({"new-window": _BOOLEAN}, {"user_types": (0, 1)}),
    "inline_authentication/user_types": Rule(children={"user_type": (0, 4)}),
    "user_types/user_type": Rule({"name": Attribute(1, 256, required=True)}),
    "plugin/registration": Rule({"url": _URL}, {"callback-data": (0, 1), "parameter": (0, _MANY)}, ordered=True),
    "registration/callback-data": _FREE,
    "registration/parameter": Rule({"name": Attribute(1, 256, required=True)}),
    "plugin/autoinstall": Rule(
        {"required": _BOOLEAN},
        {"autoenable": (0, 1), "autoregister": (0, 1), "autoredeploy": (0, 1)},
    ),
    "autoinstall/autoenable": Rule({"required": _BOOLEAN}),
    "autoinstall/autoregister": Rule({"required": _BOOLEAN}),
    "autoinstall/autoredeploy": Rule(),
    "plugin/identityAttribute": Rule(children={"entity": (0, _MANY)}),
    "identityAttribute/entity": Rule(
        {"name": Attribute(1, 256, required=True), "attribute": Attribute(1, 256, required=True)}
    ),
}  # fmt: skip


def violations(root: ET.Element, *, fixed_order: bool = False) -> list[str]:
    """Return the errors of a plugin.xml in the words of an XML schema validator; an empty list for none.

    Args:
        root: the root element.
        fixed_order: whether oauth, access_request and publisher must come in that order.

    """
    if root.tag != f"{{{NAMESPACE}}}plugin":
        return [f"cvc-elt.1: Cannot find the declaration of element '{local_name(root.tag)}'."]
    problems: list[str] = []
    _check(root, "plugin", "", problems)
    if fixed_order:
        wanted = ("oauth", "access_request", "publisher")
        found = [local_name(child.tag) for child in root if local_name(child.tag) in wanted]
        if found != sorted(found, key=wanted.index):
            problems.append(f"cvc-complex-type.2.4.a: Invalid content was found starting with element '{found[0]}'.")
    return problems


def _check(element: ET.Element, name: str, parent: str, problems: list[str]) -> None:
    rule = RULES.get(f"{parent}/{name}" if parent else name)
    if rule is None:
        problems.append(f"cvc-complex-type.2.4.a: Invalid content was found starting with element '{name}'.")
        return
    if rule.anything:
        return
    _check_attributes(element, name, rule, problems)
    counts: dict[str, int] = {}
    order: list[str] = []
    for child in element:
        tag = local_name(child.tag) if child.tag.startswith(f"{{{NAMESPACE}}}") else child.tag
        counts[tag] = counts.get(tag, 0) + 1
        order.append(tag)
        if tag not in rule.children or counts[tag] > rule.children[tag][1]:
            problems.append(f"cvc-complex-type.2.4.a: Invalid content was found starting with element '{tag}'.")
            continue
        below = f"{parent}/{name}" if f"{parent}/{name}/{tag}" in RULES else name
        _check(child, tag, below, problems)
    for tag, (least, _) in rule.children.items():
        if counts.get(tag, 0) < least:
            problems.append(
                f"cvc-complex-type.2.4.b: The content of element '{name}' is not complete. '{tag}' is expected."
            )
    known = [tag for tag in order if tag in rule.children]
    if rule.ordered and known != sorted(known, key=list(rule.children).index):
        problems.append(f"cvc-complex-type.2.4.a: Invalid content was found starting with element '{known[0]}'.")


def _check_attributes(element: ET.Element, name: str, rule: Rule, problems: list[str]) -> None:
    for key, value in element.attrib.items():
        if key.startswith(_SCHEMA_INSTANCE):
            continue
        attribute = rule.attributes.get(key)
        if attribute is None:
            problems.append(f"cvc-complex-type.3.2.2: Attribute '{key}' is not allowed to appear in element '{name}'.")
        elif attribute.values and value not in attribute.values:
            allowed = ", ".join(attribute.values)
            problems.append(f"cvc-enumeration-valid: Value '{value}' of '{key}' must be one of [{allowed}].")
        elif len(value) > attribute.most:
            problems.append(
                f"cvc-maxLength-valid: Value of '{key}' on element '{name}' has length {len(value)}; "
                f"at most {attribute.most} is allowed."
            )
        elif len(value) < attribute.least:
            problems.append(f"cvc-minLength-valid: Value of '{key}' on element '{name}' is too short.")
    for key, attribute in rule.attributes.items():
        if attribute.required and key not in element.attrib:
            problems.append(f"cvc-complex-type.4: Attribute '{key}' must appear on element '{name}'.")
