"""Errors of sending mail: settings, the way to the server, and its refusals."""

from __future__ import annotations

from psconnect.wording.catalogue import marked
from psconnect.wording.errors.texts import ErrorTexts

_RUNS_BY = marked("Ask who runs the mail server.")


def _login(happened: str, to_do: str, window: str = "") -> ErrorTexts:
    return ErrorTexts(marked("The mail server did not accept the sign-in"), happened, to_do, window)


def _silent(happened: str, to_do: str) -> ErrorTexts:
    return ErrorTexts(marked("The mail server did not answer"), happened, to_do)


def _certificate(to_do: str, window: str = "") -> ErrorTexts:
    happened = marked("The certificate of {host} {what}. No mail and no secret was sent.")
    return ErrorTexts(marked("The mail server’s certificate is not trusted"), happened, to_do, window)


def _relay(happened: str, to_do: str) -> ErrorTexts:
    return ErrorTexts(marked("The mail server does not pass this mail on"), happened, to_do)


def _setting(happened: str, to_do: str, window: str = "") -> ErrorTexts:
    return ErrorTexts(marked("The mail server’s settings can’t be used"), happened, to_do, window)


_SETTINGS = {
    "PSC-MAIL-NO-SERVER": ErrorTexts(
        marked("There is no mail server"),
        marked("psconnect does not know which server sends its mail."),
        marked("Name it: psconnect mail set host HOST."),
        marked("Name it in Preferences, Mail server."),
    ),
    "PSC-MAIL-NO-SECRET": _setting(
        marked("{host} is to be signed in to as {user}, but the secret for it is not on this computer."),
        marked("Store it: psconnect mail secret. It is read from standard input."),
        marked("Type it in Preferences, Mail server."),
    ),
    "PSC-MAIL-SETTINGS/host": _setting(
        marked("“{host}” is not the name of a server."), marked("Write it without a port, like smtp.lincoln.org.")
    ),
    "PSC-MAIL-SETTINGS/no-sender": _setting(
        marked("There is no address that mails come from."),
        marked("Give one that your mail server knows, like psconnect@lincoln.org."),
    ),
    "PSC-MAIL-SETTINGS/plain-login": _setting(
        marked("A sign-in without encryption would show the secret to everybody on the way to {host}."),
        marked("Choose STARTTLS or TLS, or leave the user empty if the server asks for no sign-in."),
    ),
    "PSC-MAIL-SETTINGS/sender": _setting(
        marked("Mails can’t come from “{address}”, which is not a mail address."),
        marked("Write the address alone, like psconnect@lincoln.org."),
    ),
    "PSC-MAIL-SETTINGS/user": _setting(
        marked("The user has a character in it that can’t be seen."), marked("Type it instead of pasting it.")
    ),
}
_WAY = {
    "PSC-MAIL-BROKEN": ErrorTexts(
        marked("The mail server hung up"),
        marked("{host} ended the connection before it had taken the mail."),
        marked("It is tried again after the next run. If it comes back, have the way to the server checked."),
    ),
    "PSC-MAIL-CERTIFICATE/host": _certificate(
        marked("Use the name that the certificate was made for: psconnect mail set host HOST."),
        marked("Use the name that the certificate was made for."),
    ),
    "PSC-MAIL-CERTIFICATE/other": _certificate(_RUNS_BY),
    "PSC-MAIL-CERTIFICATE/own": _certificate(
        marked("If it is your district’s own certificate, store it as CA file: psconnect mail set ca_file FILE."),
        marked("If it is your district’s own certificate, choose it as CA file in Preferences, Mail server."),
    ),
    "PSC-MAIL-CERTIFICATE/time": _certificate(
        marked("Check this computer’s clock. If it is right, have the server’s certificate renewed.")
    ),
    "PSC-MAIL-CERTIFICATE/unknown": _certificate(
        marked("Store your district’s CA file: psconnect mail set ca_file FILE."),
        marked("Choose your district’s CA file in Preferences, Mail server."),
    ),
    "PSC-MAIL-NO-HOST": ErrorTexts(
        marked("The mail server was not found"),
        marked("There is no server with the name {host}, or this computer has no network."),
        marked("Check the name for typing errors."),
    ),
    "PSC-MAIL-NO-LOGIN/none": _login(
        marked("{host} offers no sign-in, but a user is given. The secret was not sent."),
        marked("Leave the user empty if the server asks for no sign-in, or check the port: 587 or 465 take sign-ins."),
    ),
    "PSC-MAIL-NO-LOGIN/other": _login(
        marked("{host} lets nobody in by user and secret; it offers {said} only. The secret was not sent."),
        marked("Send through another server: a relay inside your network that needs no sign-in is the usual answer."),
    ),
    "PSC-MAIL-NO-STARTTLS": ErrorTexts(
        marked("The mail server does not encrypt"),
        marked("{host} offers no STARTTLS on port {port}. No mail and no secret was sent."),
        marked(
            "Check the port: STARTTLS is usual on 587, TLS on 465. Inside your own network, a relay may go without: "
            "choose None then."
        ),
    ),
    "PSC-MAIL-NOT-INSIDE": ErrorTexts(
        marked("Mail without encryption stays in your network"),
        marked("{host} has an address outside of it, so that others on the way could read the mail. It was not sent."),
        marked("Choose STARTTLS or TLS. Inside are the addresses 10.*, 172.16–31.*, 192.168.*, fc* and fd*."),
    ),
    "PSC-MAIL-NOT-SMTP": ErrorTexts(
        marked("This is no mail server"),
        marked("{host} does not speak as mail servers do: {said}"),
        marked("Check the name and the port: 587 for STARTTLS, 465 for TLS, 25 for a relay."),
    ),
    "PSC-MAIL-SILENT/connect": _silent(
        marked("{host} did not accept a connection on port {port}."),
        marked("Check the name and the port. Many networks block port 25: try 587, or ask who runs the firewall."),
    ),
    "PSC-MAIL-SILENT/greeting": _silent(
        marked("{host} accepted a connection on port {port} and said nothing for {seconds} seconds."),
        marked(
            "Choose TLS if the port is 465, where the server waits for encryption first. Otherwise try again later."
        ),
    ),
    "PSC-MAIL-SILENT/later": _silent(
        marked("{host} said nothing for {seconds} seconds."), marked("It is tried again after the next run.")
    ),
    "PSC-MAIL-SILENT/name": _silent(
        marked("The name servers did not give the address of {host} in time."),
        marked("Check the network of this computer, or try again later."),
    ),
    "PSC-MAIL-SILENT/slow": _silent(
        marked("{host} did not take the mail within {total} seconds."), marked("It is tried again after the next run.")
    ),
    "PSC-MAIL-TLS/starttls": ErrorTexts(
        marked("No secure connection to the mail server"),
        marked("{host} and this computer found no common way to encrypt ({said}). No mail and no secret was sent."),
        marked("Check that the server offers TLS 1.2 or newer."),
    ),
    "PSC-MAIL-TLS/tls": ErrorTexts(
        marked("No secure connection to the mail server"),
        marked("{host} does not begin with TLS on port {port} ({said}). No mail and no secret was sent."),
        marked("Choose STARTTLS if the port is 587 or 25. TLS from the first byte is usual on 465."),
    ),
    "PSC-MAIL-TLS-WANTED": ErrorTexts(
        marked("The mail server wants encryption"),
        marked("{host} takes no mail without encryption. It said: {said}"),
        marked("Choose STARTTLS."),
    ),
    "PSC-MAIL-UNREACHABLE": ErrorTexts(
        marked("The mail server can’t be reached"),
        marked("{host} refused the connection on port {port}, or can’t be reached from this network."),
        marked("Check the port: 587 for STARTTLS, 465 for TLS, 25 for a relay. Ask who runs the firewall."),
    ),
}
_REFUSED = {
    "PSC-MAIL-LATER": ErrorTexts(
        marked("The mail server asks to come back later"),
        marked("{host} did not take the mail for now. It said: {said}"),
        marked("It is tried again after the next run; many servers do so with senders they see for the first time."),
    ),
    "PSC-MAIL-LOGIN/app-password": _login(
        marked("Google takes no account password here, but an app password of 16 letters. It said: {said}"),
        marked(
            "Turn on 2-step verification for the account, make an app password (Google Account, Security, App "
            "passwords), and store it as the secret. If your administrator forbids app passwords, use the Google "
            "Workspace relay, which needs none."
        ),
    ),
    "PSC-MAIL-LOGIN/microsoft-basic": _login(
        marked("Microsoft 365 does not let this account sign in with a password. It said: {said}"),
        marked(
            "Security defaults, conditional access or an authentication policy forbid it: ask your Microsoft 365 "
            "administrator for an exception, or send through a relay that needs no sign-in. From the end of December "
            "2026 on, signing in with a password is off for every tenant until an administrator switches it on again."
        ),
    ),
    "PSC-MAIL-LOGIN/microsoft-ended": _login(
        marked("Microsoft 365 no longer takes mail from programs that sign in with a password. It said: {said}"),
        marked(
            "Send through a relay inside your network, or by Direct Send to your own tenant (port 25, no sign-in, "
            "only to your own addresses)."
        ),
    ),
    "PSC-MAIL-LOGIN/microsoft-off": _login(
        marked("Authenticated SMTP is switched off in your Microsoft 365. It said: {said}"),
        marked(
            "Have it switched on for this mailbox: Microsoft 365 admin center, Users, the mailbox, Mail, Manage email "
            "apps, Authenticated SMTP. If the whole tenant is off, the mailbox’s own switch goes before it."
        ),
    ),
    "PSC-MAIL-LOGIN/wanted": _login(
        marked("{host} takes mail only from who signs in. It said: {said}"),
        marked("Give a user and store its secret: psconnect mail set user USER, psconnect mail secret."),
        marked("Give a user and a secret in Preferences, Mail server."),
    ),
    "PSC-MAIL-LOGIN/wrong": _login(
        marked("{host} does not know this user with this secret. It said: {said}"),
        marked("Check the user and store the secret again: psconnect mail secret."),
        marked("Check the user and type the secret again in Preferences, Mail server."),
    ),
    "PSC-MAIL-NOT-ASCII": ErrorTexts(
        marked("The mail server does not take this address"),
        marked("“{address}” has letters before the @ that {host} can’t take (it offers no SMTPUTF8)."),
        marked("Use an address with the letters a to z for this person."),
    ),
    "PSC-MAIL-RECIPIENT": ErrorTexts(
        marked("The mail server does not take this address"),
        marked("{host} refused “{address}”. It said: {said}"),
        marked("Check the address for typing errors, and whether the person still has it."),
    ),
    "PSC-MAIL-REFUSED/content": ErrorTexts(
        marked("The mail server did not take the mail"),
        marked("{host} refused what the mail says. It said: {said}"),
        marked("Ask who runs the mail server which rule it is; a spam filter is the usual one."),
    ),
    "PSC-MAIL-REFUSED/greeting": ErrorTexts(
        marked("The mail server does not talk to this computer"),
        marked("{host} said: {said}"),
        marked("Ask who runs the mail server to let this computer’s address in."),
    ),
    "PSC-MAIL-RELAY/denied": _relay(
        marked("{host} does not pass mail on for this computer. It said: {said}"),
        marked("Ask who runs the mail server to let this computer’s address relay, or sign in with a user."),
    ),
    "PSC-MAIL-RELAY/google": _relay(
        marked("Google’s relay does not know this computer’s address or the sender’s domain. It said: {said}"),
        marked(
            "Register the public address of your network: Google Admin console, Apps, Google Workspace, Gmail, "
            "Routing, SMTP relay service. The sender has to be of one of your domains."
        ),
    ),
    "PSC-MAIL-RELAY/microsoft": _relay(
        marked("Microsoft 365 does not know this computer as one of yours. It said: {said}"),
        marked(
            "Have a connector made for the public address of your network: Exchange admin center, Mail flow, "
            "Connectors. By Direct Send without one, only addresses of your own tenant can be reached."
        ),
    ),
    "PSC-MAIL-SENDER": ErrorTexts(
        marked("The mail server does not accept the sender"),
        marked("{host} takes no mail from “{address}”. It said: {said}"),
        marked("Use the address of the user that is signed in, or have it given the right to send as this one."),
    ),
    "PSC-MAIL-SIZE": ErrorTexts(
        marked("The mail is too large for the server"),
        marked("{host} takes smaller mails only. It said: {said}"),
        marked("Have names left out of the mails, or the server’s limit raised."),
    ),
}
_PING = {
    "PSC-PING/answer": ErrorTexts(
        marked("The monitoring service did not take the ping"),
        marked("{host} answered with status {status}."),
        marked("Copy the ping address from the monitoring service again, as a whole."),
    ),
    "PSC-PING/failed": ErrorTexts(
        marked("The ping did not arrive"),
        marked("{happened}"),
        marked("Check the ping address. The next run calls it again."),
    ),
}
TEXTS = {**_SETTINGS, **_WAY, **_REFUSED, **_PING}
