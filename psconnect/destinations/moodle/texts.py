"""The texts of what Moodle is told of: errors and the findings of a check."""

from __future__ import annotations

from psconnect.wording.catalogue import marked, plural
from psconnect.wording.checks import CheckTexts
from psconnect.wording.errors.texts import ErrorTexts

_NOT_MOODLE = marked("The address is not the Moodle site’s")
_NOT_READY = marked("Moodle does not let the robot account work")
_CHECK_ADDRESS = marked(
    "Enter the address as it stands in the browser on Moodle’s start page, with the path if it has one."
)
_SERVICES_OFF = marked("Moodle’s web services are closed")
_RIGHTS = marked("The robot account lacks a capability in Moodle")
MOODLE_ERRORS = {
    "PSC-MOODLE-ADDRESS/elsewhere": ErrorTexts(
        _NOT_MOODLE,
        marked("{site} says that its own address is {named}. Moodle works under that one only."),
        marked("Enter {named}"),
    ),
    "PSC-MOODLE-ADDRESS/https": ErrorTexts(
        marked("The address must begin with https"),
        marked("Without https, people’s data and the token would travel unprotected."),
        marked("Use https://{host}"),
    ),
    "PSC-MOODLE-ADDRESS/no-address": ErrorTexts(_NOT_MOODLE, marked("The text is not a web address."), _CHECK_ADDRESS),
    "PSC-MOODLE-ADDRESS/not-there": ErrorTexts(
        _NOT_MOODLE, marked("{site} answers, but has no Moodle at this path."), _CHECK_ADDRESS
    ),
    "PSC-MOODLE-ADDRESS/redirected": ErrorTexts(
        _NOT_MOODLE, marked("{site} sends visitors to another page. psconnect does not follow."), _CHECK_ADDRESS
    ),
    "PSC-MOODLE-ADDRESS/web-page": ErrorTexts(
        _NOT_MOODLE, marked("{site} answers with a web page instead of data."), _CHECK_ADDRESS
    ),
    "PSC-MOODLE-BROKEN": ErrorTexts(
        marked("Moodle’s answer broke off"),
        marked("The answer of {site} is not whole."),
        marked("Try again. The next sync looks first what has arrived, so that nothing is made twice."),
    ),
    "PSC-MOODLE-CAPABILITIES": ErrorTexts(
        _RIGHTS,
        marked("Reading shows that the robot account’s role lacks {names}. Without it, Moodle hides what is there."),
        marked("Allow it in the role: Site administration > Users > Permissions > Define roles."),
    ),
    "PSC-MOODLE-CAPABILITIES/to-write": ErrorTexts(
        _RIGHTS,
        marked("The robot account’s role lacks {names}. Without it, Moodle refuses what is delivered."),
        marked("Allow it in the role: Site administration > Users > Permissions > Define roles."),
    ),
    "PSC-MOODLE-FUNCTIONS": ErrorTexts(
        marked("The service in Moodle lacks functions"),
        marked("The token’s service does not contain {names}."),
        marked("Add them: Site administration > Server > Web services > External services > Functions."),
    ),
    "PSC-MOODLE-LIMIT": ErrorTexts(
        marked("Moodle’s server takes hardly any data"),
        marked("{site} cuts off even a request with a single record."),
        marked("Ask who runs the server to raise max_input_vars to 5000, as Moodle demands."),
    ),
    "PSC-MOODLE-MAINTENANCE": ErrorTexts(
        marked("Moodle is under maintenance"),
        marked("{site} is in maintenance mode, or its server is not available at the moment."),
        marked("Try again later. The next sync goes on where this one stopped."),
    ),
    "PSC-MOODLE-OFF/in-front": ErrorTexts(
        _SERVICES_OFF,
        marked("Something in front of {site}, such as a firewall, lets no web service calls through."),
        marked("Ask who runs the server to let this computer reach /webservice/rest/server.php."),
    ),
    "PSC-MOODLE-OFF/services": ErrorTexts(
        _SERVICES_OFF,
        marked("{site} has web services, or their REST protocol, switched off."),
        marked(
            "Switch them on: Site administration > General > Advanced features > Enable web services, and Server > Web "
            "services > Manage protocols > REST."
        ),
    ),
    "PSC-MOODLE-REFUSED": ErrorTexts(
        marked("Moodle refused a request"),
        marked("{site} refused to answer, with the code {said}."),
        marked("Check the site. With debugging on, Moodle’s log has the reason."),
    ),
    "PSC-MOODLE-RIGHTS": ErrorTexts(
        _RIGHTS,
        marked("Moodle does not let the robot account call {function}."),
        marked("Allow the role of the robot account what the list in docs/moodle.md says for this function."),
    ),
    "PSC-MOODLE-ROBOT/account": ErrorTexts(
        _NOT_READY,
        marked("The robot account in {site} is suspended, deleted or not confirmed, or may not sign in."),
        marked("Put the account in order: Site administration > Users > Accounts."),
    ),
    "PSC-MOODLE-ROBOT/password": ErrorTexts(
        _NOT_READY,
        marked("The robot account in {site} has to change its password first."),
        marked("Sign in to Moodle with the account once, or take “Force password change” from it."),
    ),
    "PSC-MOODLE-ROBOT/policy": ErrorTexts(
        _NOT_READY,
        marked("The robot account in {site} has not agreed to the site policy."),
        marked("Sign in to Moodle with the account once, and agree."),
    ),
    "PSC-MOODLE-ROBOT/profile": ErrorTexts(
        _NOT_READY,
        marked("A profile field that {site} requires is empty in the robot account."),
        marked("Fill in the account’s profile in Moodle."),
    ),
    "PSC-MOODLE-ROLES": ErrorTexts(
        marked("The robot account may not give a role"),
        marked("In {site}, the robot account may not give people the role with the number {names}."),
        marked(
            "Allow it: Site administration > Users > Permissions > Define roles > Allow role assignments, in the row "
            "of the robot account’s role; or choose another role under Destination, Roles."
        ),
    ),
    "PSC-MOODLE-SERVER": ErrorTexts(
        marked("Moodle’s server reported an error"),
        marked("{site} answered with the HTTP status {status}."),
        marked("Try again later. The next sync looks first what has arrived, so that nothing is made twice."),
    ),
    "PSC-MOODLE-SERVICE": ErrorTexts(
        marked("Moodle does not let the token in"),
        marked(
            "{site} refuses {function}: it is not in the token’s service, the robot account is no authorised user of "
            "it or may not use the REST protocol, or the token has ended or is bound to another computer."
        ),
        marked("Check the service, its users and the token: Site administration > Server > Web services."),
    ),
    "PSC-MOODLE-TOKEN": ErrorTexts(
        marked("Moodle does not know the token"),
        marked("{site} does not accept the token, or it has ended."),
        marked("Enter a token again: Site administration > Server > Web services > Manage tokens."),
    ),
}
"""Errors by key. Moodle's own messages may hold people's data, so they are never repeated."""
_SITE, _SERVICE = marked("Site"), marked("Service")
_CAPABILITIES, _WRITING, _SIZE = marked("Capabilities"), marked("Writing"), marked("Request size")
MOODLE_CHECKS = {
    "moodle-site": CheckTexts(_SITE),
    "moodle-site/known": CheckTexts(_SITE, marked("{site} answers: Moodle {release}."), figure=marked("{release}")),
    "moodle-service": CheckTexts(_SERVICE),
    "moodle-service/whole": CheckTexts(
        _SERVICE,
        plural("The function that is needed is in the service.", "All {count} functions that are needed are in it."),
    ),
    "moodle-rights": CheckTexts(_CAPABILITIES),
    "moodle-rights/proved": CheckTexts(
        _CAPABILITIES, marked("Everything that has to be read can be read. Nothing was changed.")
    ),
    "moodle-writing": CheckTexts(_WRITING),
    "moodle-writing/proved": CheckTexts(
        _WRITING,
        marked(
            "The robot account may make and change accounts and courses, enroll people and give every chosen role. "
            "That was proved with requests that Moodle always refuses, so nothing was changed."
        ),
    ),
    "moodle-limit": CheckTexts(_SIZE),
    "moodle-limit/enough": CheckTexts(
        _SIZE, marked("A request with {count} values arrives whole."), figure=marked("{count}")
    ),
    "moodle-limit/less": CheckTexts(
        _SIZE,
        marked("The server takes only about {count} values in a request, not {chosen}. Syncs send smaller requests."),
        marked("If syncs take too long, ask who runs the server to raise max_input_vars to 5000, as Moodle demands."),
        figure=marked("{count}"),
    ),
}
"""Findings of a check by key."""
