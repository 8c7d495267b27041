"""Mail on the command line: the server, its secret, a test mail, and the notices of a connection."""

from __future__ import annotations

import argparse

import msgspec

from psconnect.cli import codes, output
from psconnect.cli.interrupt import cancel_on_interrupt
from psconnect.cli.secret_verbs import piped_secret, secret_place
from psconnect.model.notices import WaitingNotice
from psconnect.service import Service
from psconnect.wording.catalogue import counted, tr
from psconnect.wording.errors import word
from psconnect.wording.notices import notice_word, results_word, security_word
from psconnect.wording.times import full_moment

MAIL_KEYS = ("host", "port", "security", "user", "sender", "ca_file")


def show_mail(service: Service, options: argparse.Namespace) -> int:
    """``mail show``."""
    server, place = service.preferences().mail, service.mail_secret_place()
    if options.json:
        output.document({**msgspec.structs.asdict(server), "secret": place})
        return codes.DONE
    output.table(
        [
            (tr("Setting"), tr("Value")),
            ("host", server.host or tr("not set")),
            ("port", str(server.port)),
            ("security", security_word(server.security)),
            ("user", server.user),
            ("sender", server.sender),
            ("ca_file", server.ca_file),
            (tr("Secret"), secret_place(place, required=bool(server.user))),
        ]
    )
    return codes.DONE


def set_mail(service: Service, options: argparse.Namespace) -> int:
    """``mail set``: one setting of the mail server; an empty value clears it."""
    server = service.set_mail_value(options.key, options.value)
    text = tr("The mail server is {host}.", host=server.host) if server.host else tr("There is no mail server.")
    return output.completed(text, as_json=options.json, **msgspec.structs.asdict(server))


def mail_secret(service: Service, options: argparse.Namespace) -> int:
    """``mail secret``: store the secret from standard input, or remove it."""
    if options.remove:
        service.remove_mail_secret()
        return output.completed(tr("The secret is removed from this computer."), as_json=options.json)
    service.set_mail_secret(piped_secret(), only_in_keyring=True)
    return output.completed(tr("The secret is kept in the keyring of this computer."), as_json=options.json)


def test_mail(service: Service, options: argparse.Namespace) -> int:
    """``mail test``."""
    with cancel_on_interrupt() as cancel:
        service.send_test_mail(options.address, cancel=cancel)
    text = tr("The mail server took a test mail for {address}.", address=options.address)
    return output.completed(text, as_json=options.json, address=options.address)


def notices(service: Service, options: argparse.Namespace) -> int:
    """``notices``: who is told of a connection's runs, and what waits to be sent."""
    settings = service.connection(options.name).notices
    if options.send:
        with cancel_on_interrupt() as cancel:
            notes = service.send_waiting_notices(options.name, cancel)
    else:
        notes = service.undelivered_notices(options.name)
    if options.json:
        waiting = [{**msgspec.to_builtins(one), "error": _told(one)} for one in notes.waiting]
        ping = word(notes.ping_error).as_dict() if notes.ping_error else None
        output.document(
            {"notices": msgspec.to_builtins(settings), "waiting": waiting, "given_up": notes.given_up, "ping": ping}
        )
        return codes.DONE
    output.result(tr("To: {addresses}", addresses=", ".join(settings.to) or tr("nobody")))
    output.result(tr("Results: {which}", which=results_word(settings.results)))
    for one in notes.waiting:
        since = full_moment(one.since)
        output.result(tr("Waits to be sent since {since}: {what}.", since=since, what=notice_word(one.kind)))
        if one.error:
            output.result(f"  {word(one.error).text}")
    if notes.given_up:
        output.result(counted(notes.given_up, "1 older mail was given up.", "{count} older mails were given up."))
    if notes.ping_error:
        output.result(word(notes.ping_error).text)
    return codes.DONE


def _told(notice: WaitingNotice) -> dict[str, str] | None:
    return word(notice.error).as_dict() if notice.error else None
