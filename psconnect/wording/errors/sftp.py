"""Errors of a folder on an SFTP server."""

from __future__ import annotations

from psconnect.wording.catalogue import marked
from psconnect.wording.errors.texts import ErrorTexts

_NOT_REACHED = marked("The SFTP server can’t be reached")
_NOT_SFTP = marked("This is no SFTP server")
_NOT_IN = marked("The SFTP server lets nobody in")
_WRONG_KEY = marked("The private key can’t be used")
_FULL = marked("The SFTP server has no room")
_NOT_ALLOWED = marked("The SFTP server does not allow it")
_ALLOW = marked(
    "Ask who runs the server whether it takes connections from this computer’s public address (many accept listed "
    "addresses only), and your network’s administrator whether outgoing connections to port {port} are open. A proxy "
    "is not used for SFTP."
)
_AGAIN = marked("Start again: it goes on where it stopped. If it comes back, ask who runs the server.")
_ASK_WORDS = marked("Ask who runs the server, and tell them these words.")
_COMPARE_WORDS = marked("Compare server, user name and password with the other system’s instructions.")

TEXTS = {
    "PSC-SFTP-BUSY/hung-up": ErrorTexts(
        _NOT_REACHED,
        marked(
            "{host} hung up before anybody could sign in. It may have too many connections, or not know this address."
        ),
        _ALLOW,
    ),
    "PSC-SFTP-BUSY/said": ErrorTexts(
        marked("The SFTP server takes no further connection"),
        marked(
            "{host} says: “{said}”. Some servers, ClassLink’s for one, let an account have one connection at a time."
        ),
        marked("Close other programs that are signed in with this account, wait some minutes, then start again."),
    ),
    "PSC-SFTP-CLOSED": ErrorTexts(
        _NOT_REACHED,
        marked("Nothing answers at {host}, port {port}: the connection was refused."),
        _ALLOW,
    ),
    "PSC-SFTP-DENIED/delete": ErrorTexts(
        _NOT_ALLOWED,
        marked("The user {user} may not delete {path} ({said})."),
        marked("Ask who runs the server to allow it: psconnect deletes only files that it wrote itself."),
    ),
    "PSC-SFTP-DENIED/list": ErrorTexts(
        _NOT_ALLOWED,
        marked("The user {user} may not look into the folder {path} ({said})."),
        marked("Compare the folder with the other system’s instructions, or ask who runs the server."),
    ),
    "PSC-SFTP-DENIED/read": ErrorTexts(
        _NOT_ALLOWED, marked("The user {user} may not read {path} ({said})."), _ASK_WORDS
    ),
    "PSC-SFTP-DENIED/rename": ErrorTexts(
        _NOT_ALLOWED,
        marked("The user {user} may not rename a file to {path} ({said}). The files stay under their temporary names."),
        marked("Ask who runs the server to allow it: without it, the other system could read half a file."),
    ),
    "PSC-SFTP-DENIED/write": ErrorTexts(
        _NOT_ALLOWED,
        marked("The user {user} may not write {path} ({said})."),
        marked("Compare the folder with the other system’s instructions, or ask who runs the server for more rights."),
    ),
    "PSC-SFTP-DROPPED/later": ErrorTexts(
        marked("The connection dropped"),
        marked("The connection to {host} dropped, several times. No half file stands under its final name."),
        _AGAIN,
    ),
    "PSC-SFTP-DROPPED/sign-in": ErrorTexts(
        marked("The connection dropped"),
        marked("{host} hung up while psconnect signed in as {user}. Some servers do that with users they don’t know."),
        _COMPARE_WORDS,
    ),
    "PSC-SFTP-FOLDER/missing": ErrorTexts(
        marked("The folder is not on the server"),
        marked("{host} has no folder {path} for the user {user}."),
        marked(
            "Compare it with the other system’s instructions: capital letters count, and a path that begins with / is "
            "seen from the top. psconnect makes no folders there."
        ),
    ),
    "PSC-SFTP-FULL/disk": ErrorTexts(
        _FULL, marked("There was no room left for {path} ({said})."), marked("Ask who runs the server to make room.")
    ),
    "PSC-SFTP-FULL/quota": ErrorTexts(
        _FULL,
        marked("The account’s quota has no room left for {path} ({said})."),
        marked("Delete old files there, or ask who runs the server for a larger quota."),
    ),
    "PSC-SFTP-HOST-KEY/changed": ErrorTexts(
        marked("The server shows another key"),
        marked(
            "{host} showed the key {shown}, but {accepted} is the accepted one. Either the server was renewed, or "
            "somebody stands between and would get password and roster. Nothing was sent, not even the password."
        ),
        marked(
            "Ask who runs the server, not by answering a mail, for the fingerprint of its key. If it is "
            "the shown one, accept it: psconnect check NAME --accept-host-key “{shown}”."
        ),
        window=marked(
            "Ask who runs the server, not by answering a mail, for the fingerprint of its key. If it is "
            "the shown one, accept it: Settings, Destination, Test."
        ),
    ),
    "PSC-SFTP-HOST-KEY/new": ErrorTexts(
        marked("Nobody has accepted the server’s key yet"),
        marked("{host} shows the key {shown}. Nothing was sent yet, not even the password."),
        marked(
            "Compare it with the fingerprint that the other system publishes, or ask who runs the server. If it is the "
            "same, accept it: psconnect check NAME --accept-host-key “{shown}”."
        ),
        window=marked(
            "Compare it with the fingerprint that the other system publishes, or ask who runs the server. If it is the "
            "same, accept it: Settings, Destination, Test."
        ),
    ),
    "PSC-SFTP-HOST-KEY/other": ErrorTexts(
        marked("The server shows another key"),
        marked("The server shows the key {shown}, not the one you gave. Nothing was accepted."),
        marked("Ask who runs the server which key is the right one."),
    ),
    "PSC-SFTP-KEY/missing": ErrorTexts(
        _WRONG_KEY,
        marked("The file {path} can’t be read ({reason})."),
        marked("Choose the file with the private key; your own account must be able to read it."),
    ),
    "PSC-SFTP-KEY/no-passphrase": ErrorTexts(
        _WRONG_KEY,
        marked("The key in {path} is protected by a passphrase, and none is known."),
        marked("Enter the passphrase: psconnect secret set NAME destination.sftp_passphrase."),
        window=marked("Enter the passphrase: Settings, Destination."),
    ),
    "PSC-SFTP-KEY/not-taken": ErrorTexts(
        _NOT_IN,
        marked("{host} takes no keys from {user}, only: {methods}."),
        marked("Sign in with a password, or ask who runs the server to allow keys."),
    ),
    "PSC-SFTP-KEY/open": ErrorTexts(
        _WRONG_KEY,
        marked("Other users of this computer can read {path}."),
        marked("Let only your own account read it: chmod 600, then start again."),
    ),
    "PSC-SFTP-KEY/passphrase": ErrorTexts(
        _WRONG_KEY,
        marked("The passphrase does not open the key in {path}."),
        marked("Enter it again: psconnect secret set NAME destination.sftp_passphrase."),
        window=marked("Enter it again: Settings, Destination."),
    ),
    "PSC-SFTP-KEY/public": ErrorTexts(
        _WRONG_KEY,
        marked("{path} holds the public half of a key. That half belongs on the server."),
        marked("Choose the file with the private half; it often has the same name without .pub."),
    ),
    "PSC-SFTP-KEY/putty": ErrorTexts(
        _WRONG_KEY,
        marked("{path} is a key in PuTTY’s own format."),
        marked("Open it in PuTTYgen, export it (Conversions, Export OpenSSH key), and choose the new file."),
    ),
    "PSC-SFTP-KEY/refused": ErrorTexts(
        _NOT_IN,
        marked("{host} did not accept the key for the user {user}."),
        marked(
            "Give the public half of the key to who runs the server, and compare the user name: capital letters count."
        ),
    ),
    "PSC-SFTP-KEY/unreadable": ErrorTexts(
        _WRONG_KEY,
        marked("{path} holds no private key that psconnect can read."),
        marked("Choose a key in OpenSSH’s or PEM format, such as ssh-keygen makes."),
    ),
    "PSC-SFTP-NAME/none": ErrorTexts(
        _NOT_REACHED,
        marked("There is no server named {host}."),
        marked("Compare the name with the other system’s instructions."),
    ),
    "PSC-SFTP-NAME/silent": ErrorTexts(
        _NOT_REACHED,
        marked("No name server said within {seconds} seconds where {host} is."),
        marked("Check this computer’s network, then start again."),
    ),
    "PSC-SFTP-NETWORK": ErrorTexts(
        _NOT_REACHED,
        marked("{host}, port {port}, can’t be reached: {said}."),
        marked("Check this computer’s network."),
    ),
    "PSC-SFTP-NOT-SSH/other": ErrorTexts(
        _NOT_SFTP,
        marked("What answers at {host}, port {port}, is another kind of server; it says: “{said}”."),
        marked("Give the address and port of the SFTP server, nearly always port 22. FTP and FTPS are something else."),
    ),
    "PSC-SFTP-NOT-SSH/silent": ErrorTexts(
        _NOT_SFTP,
        marked("{host} takes connections at port {port}, but does not speak SSH there."),
        marked("Give the address and port of the SFTP server, nearly always port 22. FTP and FTPS are something else."),
    ),
    "PSC-SFTP-NO-SFTP": ErrorTexts(
        _NOT_SFTP,
        marked("{host} lets {user} in, but offers no file transfer by SFTP ({said})."),
        marked("Ask who runs the server to allow SFTP for this account."),
    ),
    "PSC-SFTP-OLD": ErrorTexts(
        marked("The SFTP server’s encryption is too old"),
        marked("{host} offers only encryption that is no longer safe ({said})."),
        marked("Ask who runs the server to renew it."),
    ),
    "PSC-SFTP-PASSWORD/expired": ErrorTexts(
        _NOT_IN,
        marked("{host} wants a new password for {user}."),
        marked("Set a new password with the other system, then enter it here."),
    ),
    "PSC-SFTP-PASSWORD/more": ErrorTexts(
        _NOT_IN,
        marked("{host} asks {user} for more than a password, such as a code. psconnect can’t answer that."),
        marked("Ask who runs the server for an account without a second step, or for signing in with a key."),
    ),
    "PSC-SFTP-PASSWORD/not-taken": ErrorTexts(
        _NOT_IN,
        marked("{host} takes no password from {user}, only: {methods}."),
        marked("Choose a private key, and give its public half to who runs the server."),
    ),
    "PSC-SFTP-PASSWORD/refused": ErrorTexts(
        _NOT_IN,
        marked("{host} did not accept the password of the user {user}."),
        marked("Enter it again, and compare the user name: capital letters count. Many tries may lock the account."),
    ),
    "PSC-SFTP-REFUSED/connect": ErrorTexts(
        _NOT_REACHED, marked("The connection to {host} ended: “{said}”."), _ASK_WORDS
    ),
    "PSC-SFTP-REFUSED/delete": ErrorTexts(_NOT_ALLOWED, marked("{host} did not delete {path}: “{said}”."), _ASK_WORDS),
    "PSC-SFTP-REFUSED/list": ErrorTexts(
        _NOT_ALLOWED, marked("{host} did not list the folder {path}: “{said}”."), _ASK_WORDS
    ),
    "PSC-SFTP-REFUSED/read": ErrorTexts(_NOT_ALLOWED, marked("{host} did not hand out {path}: “{said}”."), _ASK_WORDS),
    "PSC-SFTP-REFUSED/write": ErrorTexts(
        _NOT_ALLOWED,
        marked("{host} did not take {path}: “{said}”. Many servers say so when a disk or a quota is full."),
        marked("Ask who runs the server whether there is room, and tell them these words."),
    ),
    "PSC-SFTP-RENAME": ErrorTexts(
        _NOT_ALLOWED,
        marked("{host} did not rename a file to {path}: “{said}”. The new files stay under their temporary names."),
        marked("Ask who runs the server: files have to be renamed, or the other system could read half a file."),
    ),
    "PSC-SFTP-SETTING/host": ErrorTexts(
        marked("This is no server’s name"),
        marked("“{text}” can’t be the name of a server."),
        marked("Give the name alone, such as sftp.example.com; user, port and folder have settings of their own."),
    ),
    "PSC-SFTP-SETTING/host-key": ErrorTexts(
        marked("This is no key’s fingerprint"),
        marked("“{text}” is no SHA-256 fingerprint of a server’s key. Those of MD5, with colons, are not safe enough."),
        marked("Give it as ssh-keygen prints it: SHA256: and 43 letters and digits."),
    ),
    "PSC-SFTP-SETTING/none": ErrorTexts(
        marked("There is no SFTP server"),
        marked("This connection does not deliver to an SFTP server, so there is no key to accept."),
        marked("Choose a server first: psconnect connection set NAME destination.sftp.host SERVER."),
        window=marked("Choose the SFTP server first: Settings, Destination."),
    ),
    "PSC-SFTP-SETTING/port": ErrorTexts(
        marked("This is no port"),
        marked("{port} is no port of a server."),
        marked("Nearly always it is 22."),
    ),
    "PSC-SFTP-SILENT/connect": ErrorTexts(
        _NOT_REACHED,
        marked("{host}, port {port}, does not answer at all: most likely a firewall drops the connection."),
        _ALLOW,
    ),
    "PSC-SFTP-SILENT/later": ErrorTexts(
        marked("The SFTP server is silent"),
        marked("{host} did not answer within {seconds} seconds."),
        _AGAIN,
    ),
}
"""The texts of errors about SFTP servers, by key."""
