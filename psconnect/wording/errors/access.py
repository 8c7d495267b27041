"""Errors of access: what PowerSchool does not accept, does not have, or does not let the plugin see."""

from __future__ import annotations

from psconnect.wording.catalogue import marked
from psconnect.wording.errors.texts import ErrorTexts

TEXTS = {
    "PSC-ACCESS-FIELD": ErrorTexts(
        marked("The plugin may not view a field"),
        marked("PowerSchool refused {what}: {names} is not in the plugin’s access list."),
        marked("Build the plugin again, install it and enable it: {plugins_page}."),
    ),
    "PSC-ACCESS-NOT-FOUND/other": ErrorTexts(
        marked("PowerSchool does not know what was asked for"),
        marked(
            "{host} does not offer {what}. Either the plugin is not enabled, or the address is not a PowerSchool "
            "server, or this PowerSchool does not have it."
        ),
        marked("Check the address, and that the plugin is installed and enabled: {plugins_page}."),
    ),
    "PSC-ACCESS-NOT-FOUND/query": ErrorTexts(
        marked("PowerSchool does not have the plugin’s query"),
        marked(
            "{host} does not offer {what}. One of these is the cause: the plugin is not installed, or not enabled; it "
            "is an older version than this connection needs, or was built for other choices; the client ID is that of "
            "another plugin, perhaps another connection’s; or PowerSchool did not load the query, because a column or "
            "an argument of it does not fit this server."
        ),
        marked(
            "Build the plugin of this connection again, install it and enable it: {plugins_page}. Then compare the "
            "client ID with the page {credentials_page}."
        ),
    ),
    "PSC-ACCESS-NOT-FOUND/query-and-field": ErrorTexts(
        marked("PowerSchool does not have the plugin’s query"),
        marked(
            "{host} does not offer {what}. Read table by table, it refuses {field}: the plugin is not installed, not "
            "enabled, an older version than this connection needs, built for other choices, or another plugin, perhaps "
            "another connection’s; or PowerSchool did not load the query because of this field."
        ),
        marked(
            "Build the plugin of this connection again, install it and enable it: {plugins_page}. Then compare the "
            "client ID with the page {credentials_page}."
        ),
    ),
    "PSC-ACCESS-V1-MISSING/not-given": ErrorTexts(
        marked("PowerSchool’s v1 interface does not give everything"),
        marked(
            "{what} can’t be read by the v1 interface of {host}. Reading was stopped, because missing values would "
            "look as if somebody had emptied them."
        ),
        marked("Install and enable psconnect’s own plugin, or take this out of the connection’s settings."),
    ),
    "PSC-ACCESS-V1-MISSING/wanted": ErrorTexts(
        marked("PowerSchool’s v1 interface does not give everything"),
        marked(
            "The connection wants what can’t be read by PowerSchool’s v1 interface, the only one this plugin may use. "
            "{missing}"
        ),
        marked("Install and enable psconnect’s own plugin. Or do without: {ways}"),
    ),
    "PSC-ACCESS-VERSION": ErrorTexts(
        marked("PowerSchool is too old"),
        marked("PowerSchool {text} is older than {oldest}, the oldest that can be read."),
        marked("Ask for an update of PowerSchool."),
    ),
    "PSC-AUTH-401": ErrorTexts(
        marked("PowerSchool does not accept the client ID and secret"),
        marked(
            "{host} refused to sign in. Either the client ID or the secret is wrong, or the plugin is disabled, or it "
            "was deleted and installed again (which makes a new pair). psconnect does not try again by itself."
        ),
        marked("Compare both with the page {credentials_page}, and check that the plugin is enabled."),
    ),
    "PSC-AUTH-404": ErrorTexts(
        marked("No PowerSchool sign-in at this address"),
        marked(
            "{host} is there, but has no sign-in for plugins. Either it is not a PowerSchool server, or no plugin with "
            "data access is installed."
        ),
        marked("Check the address, and that the plugin is installed and enabled: {plugins_page}."),
    ),
    "PSC-AUTH-404/no-plugin": ErrorTexts(
        marked("No plugin with data access is installed"),
        marked(
            "{host} is a PowerSchool server, but has no sign-in for plugins. No plugin with data access is installed "
            "and enabled, or it was deleted."
        ),
        marked("Install the plugin of this connection and enable it: {plugins_page}."),
    ),
    "PSC-AUTH-DISABLED": ErrorTexts(
        marked("The plugin is disabled"),
        marked(
            "{host} accepted the client ID and secret, but offers the plugin nothing, not even the list of schools. "
            "The plugin is disabled, or the list of fields was not confirmed."
        ),
        marked("Tick Enable beside the plugin and confirm the list of fields: {plugins_page}."),
    ),
    "PSC-AUTH-MISSING": ErrorTexts(
        marked("The client ID or the secret is missing"),
        marked("The connection has no client ID, or its secret is not stored on this computer."),
        marked(
            "Set both: psconnect connection set NAME source.client_id ID, and psconnect secret set NAME "
            "source.client_secret."
        ),
        window=marked("Type both under Settings, Credentials."),
    ),
    "PSC-AUTH-PLUGIN": ErrorTexts(
        marked("PowerSchool no longer accepts the plugin"),
        marked(
            "{host} accepted the client ID and secret, but refused the access it gave for them, also after asking "
            "once more: it is no expired token. The plugin is disabled or was changed in this moment. Nothing was "
            "changed anywhere."
        ),
        marked(
            "Check that the plugin is enabled: {plugins_page}. If it is, have the clock of the PowerSchool server "
            "checked."
        ),
    ),
    "PSC-AUTH-V1": ErrorTexts(
        marked("The plugin may not use this part of PowerSchool"),
        marked("{host} says that the plugin has no access to its v1 interface (accessLevelV1Api)."),
        marked("Set the access level on the page {credentials_page}, or use psconnect’s own plugin."),
    ),
    "PSC-SIGN-IN-DOMAIN": ErrorTexts(
        marked("Nobody has an e-mail in the domain"),
        marked("Nobody was read with an e-mail in {domains}."),
        marked("Check how the domain is written, and map the e-mail to the field that holds it."),
    ),
    "PSC-ACCESS-NO-FIELD/hint": ErrorTexts(
        marked("PowerSchool does not have a field"),
        marked("{host} does not have a field that {what} needs: {message}"),
        marked(
            "{hint} Map the attribute to a field that your PowerSchool has, or have the database extension with the "
            "field installed."
        ),
    ),
    "PSC-ACCESS-NO-FIELD/unnamed": ErrorTexts(
        marked("PowerSchool does not have a field"),
        marked("{host} does not have a field that {what} needs: {message}"),
        marked(
            "Map the attribute to a field that your PowerSchool has, or have the database extension with the field "
            "installed."
        ),
    ),
}
