"""Errors of databases that others run. A server's own words may hold values of people, so they are never repeated."""

from __future__ import annotations

from psconnect.wording.catalogue import marked
from psconnect.wording.errors.texts import ErrorTexts

_NOT_TRUSTED = marked("The database server’s certificate is not trusted")
_NOT_IN = marked("The database server lets nobody in")
_ASK = marked("Ask whoever keeps the database; the next sync goes on where this one stopped.")

TEXTS = {
    "PSC-DATABASE-CERTIFICATE/host": ErrorTexts(
        _NOT_TRUSTED,
        marked("The server’s certificate is made out for another name than {host}. Nothing was sent."),
        marked("Enter the name that stands in the certificate, or have a certificate issued for {host}."),
    ),
    "PSC-DATABASE-CERTIFICATE/untrusted": ErrorTexts(
        _NOT_TRUSTED,
        marked(
            "The certificate of {host} was not issued by the authority in the CA file, or it has ended. Nothing was "
            "sent."
        ),
        marked("Ask whoever keeps the server for the certificate of the authority that issued the server’s own."),
    ),
    "PSC-DATABASE-CONNECT/crowded": ErrorTexts(
        marked("The database server is full"),
        marked("{host} takes no further connection at the moment: all are taken."),
        marked("Try again later. If it comes back, ask whoever keeps the server to allow more connections."),
    ),
    "PSC-DATABASE-CONNECT/database": ErrorTexts(
        marked("The database was not found"),
        marked("{host} has no database “{database}”, or {user} may not enter it."),
        marked("Check the name, or have the database made: docs/database.md has the statements."),
    ),
    "PSC-DATABASE-CONNECT/name": ErrorTexts(
        marked("The database server was not found"),
        marked("There is no server with the name {host}, or this computer has no network."),
        marked("Check the server’s name for typing errors."),
    ),
    "PSC-DATABASE-CONNECT/no-tls": ErrorTexts(
        marked("The database server does not encrypt"),
        marked("{host} offers no encrypted connection. Nothing was sent."),
        marked("Ask whoever keeps the server to switch TLS on and give it a certificate."),
    ),
    "PSC-DATABASE-CONNECT/not-allowed": ErrorTexts(
        _NOT_IN,
        marked("{host} does not let {user} in from this computer, or not over a connection of this kind."),
        marked(
            "If encryption is switched off, switch it on. Otherwise ask whoever keeps the server to let this "
            "computer’s address in."
        ),
    ),
    "PSC-DATABASE-CONNECT/other": ErrorTexts(
        _NOT_IN,
        marked("{host} refused the sign-in of {user} to “{database}”, and gave no reason that psconnect knows."),
        marked("Check user, password and database. The server’s own log has the reason."),
    ),
    "PSC-DATABASE-CONNECT/password": ErrorTexts(
        marked("The database server does not accept the sign-in"),
        marked("{host} does not accept the user {user} with this password."),
        marked("Check the user, and enter the password again."),
    ),
    "PSC-DATABASE-CONNECT/refused": ErrorTexts(
        marked("The database server can’t be reached"),
        marked("Nothing answers at {host}, port {port}: the server is switched off, or a firewall is in between."),
        marked("Check server and port, or ask whoever keeps the server."),
    ),
    "PSC-DATABASE-CONNECT/silent": ErrorTexts(
        marked("The database server did not answer"),
        marked("{host}, port {port}, did not answer within {seconds:.0f} seconds."),
        marked("Check server and port, and whether a firewall is in between."),
    ),
    "PSC-DATABASE-CONNECT/starting": ErrorTexts(
        marked("The database server is starting or stopping"),
        marked("{host} answers, but lets nobody in yet."),
        marked("Try again in a few minutes."),
    ),
    "PSC-DATABASE-RIGHTS/named": ErrorTexts(
        marked("The database account lacks a right"),
        marked("In {address}, {user} lacks the right {right}. Nothing was changed."),
        marked("Ask whoever keeps the database to grant it: docs/database.md has the statements."),
    ),
    "PSC-DATABASE-RIGHTS/some": ErrorTexts(
        marked("The database account lacks a right"),
        marked("In {address}, {user} may not do what the delivery needs."),
        marked("Test the destination: it names the right. docs/database.md has the statements that grant it."),
    ),
    "PSC-DATABASE-SCHEMA": ErrorTexts(
        marked("The schema was not found"),
        marked("The database “{database}” has no schema “{schema}” that {user} may use."),
        marked("Check the name, or have the schema made: docs/database.md has the statements."),
    ),
    "PSC-DATABASE-SERVER/clash": ErrorTexts(
        marked("Another program kept the database busy"),
        marked("The server of {address} gave the same changes up several times, in favour of another program’s."),
        marked("Try again when the other program is done; nothing is half written."),
    ),
    "PSC-DATABASE-SERVER/full": ErrorTexts(
        marked("The database server has no room"),
        marked("The server of {address} has no disk space or memory left. What was written before stands."),
        _ASK,
    ),
    "PSC-DATABASE-SERVER/gone": ErrorTexts(
        marked("The connection to the database broke off"),
        marked("The server of {address} ended the connection, or the network between failed."),
        marked("Start again when the server is back: what it has is looked for first, and nothing is written twice."),
    ),
    "PSC-DATABASE-SERVER/other": ErrorTexts(
        marked("The database server reported an error"),
        marked("The server of {address} reported the error {name}."),
        _ASK,
    ),
    "PSC-DATABASE-SERVER/read-only": ErrorTexts(
        marked("The database takes no changes"),
        marked("The server of {address} is a read-only copy, or was switched to read-only."),
        marked("Enter the server that takes changes, or ask whoever keeps the database."),
    ),
    "PSC-DATABASE-SERVER/slow": ErrorTexts(
        marked("The database took too long"),
        marked(
            "The server of {address} did not finish a statement within {seconds:.0f} seconds, or somebody ended it."
        ),
        _ASK,
    ),
    "PSC-DATABASE-VERSION/old": ErrorTexts(
        marked("The database server is too old"),
        marked("The server of {address} is {version}; psconnect needs {oldest} or newer."),
        marked("Choose another server, or have this one brought up to date."),
    ),
    "PSC-DATABASE-VERSION/other": ErrorTexts(
        marked("The server is no MariaDB"),
        marked("It is {version}, which differs from MariaDB in what ids and names may be."),
        marked("Choose a MariaDB server, PostgreSQL or a SQLite file."),
    ),
}
