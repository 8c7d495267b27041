"""Errors of the network: addresses, proxies, certificates, answers that do not come."""

from __future__ import annotations

from psconnect.wording.catalogue import marked
from psconnect.wording.errors.texts import ErrorTexts

_PROXY = marked(
    "Write http://HOST:PORT, or socks5://HOST:PORT for a SOCKS proxy. Within a name or password, write signs like "
    "@ : / # as %40 %3A %2F %23. If no proxy is needed, remove it."
)

TEXTS = {
    "PSC-HTTP-ADDRESS": ErrorTexts(
        marked("The address can’t be used"),
        marked("{base_url} is not a web address."),
        marked("Type it as you see it in the browser, for example https://lincoln.powerschool.com"),
    ),
    "PSC-HTTP-BROKEN": ErrorTexts(
        marked("The connection broke off"),
        marked("{host} ended the connection before its answer was complete ({kind})."),
        marked("Try again. If it comes back, have the network between this computer and the server checked."),
    ),
    "PSC-HTTP-LONG-PAUSE": ErrorTexts(
        marked("PowerSchool asks for a long pause"),
        marked("{host} wants no request for the next {span}. Nothing was changed."),
        marked("Start the sync again after that time, or run it at night."),
    ),
    "PSC-HTTP-MAINTENANCE": ErrorTexts(
        marked("PowerSchool is down for maintenance"),
        marked("{host} says that PowerSchool is unavailable at the moment. Nothing was read and nothing was changed."),
        marked("Try again later."),
    ),
    "PSC-HTTP-NO-HOST": ErrorTexts(
        marked("The server was not found"),
        marked("There is no server with the name {host}, or this computer has no network."),
        marked("Check the PowerSchool address for typing errors and open it in a browser."),
    ),
    "PSC-HTTP-PROXY-UNREACHABLE/connection-goes-through": ErrorTexts(
        marked("The proxy can’t be reached"),
        marked("The connection to {host} goes through the proxy {named}, but {what}."),
        marked("Check {source}: the proxy’s name and port, or remove the proxy if none is needed."),
    ),
    "PSC-HTTP-PROXY-UNREACHABLE/proxy-ended-connection": ErrorTexts(
        marked("The proxy broke the connection off"),
        marked("The proxy {named} ended the connection before it reached {host} ({kind})."),
        marked("Check {source}: the kind of proxy (http or socks5), its name and port."),
    ),
    "PSC-HTTP-PROXY/beyond": ErrorTexts(
        marked("The proxy does not reach the server"),
        marked("The proxy {named} could not reach {host} itself."),
        marked("Check the PowerSchool address for typing errors, or ask who runs the proxy."),
    ),
    "PSC-HTTP-PROXY/forbidden": ErrorTexts(
        marked("The proxy refused the connection"),
        marked("The proxy {named} did not let the connection to {host} through."),
        marked("Check the proxy settings of this computer, or ask who runs the proxy to allow the address."),
    ),
    "PSC-HTTP-PROXY/other-sign-in": ErrorTexts(
        marked("The proxy wants another sign-in"),
        marked(
            "The proxy {named} let nothing through to {host}, because it wants a name and a password or others than it "
            "got."
        ),
        marked(
            "Put them into the variable HTTPS_PROXY: http://NAME:PASSWORD@HOST:PORT. Or ask who runs the proxy to let "
            "the address through without."
        ),
    ),
    "PSC-HTTP-PROXY/sign-in": ErrorTexts(
        marked("The proxy wants a sign-in"),
        marked("The proxy {named} let nothing through to {host}, because it wants a name and a password."),
        marked(
            "Put them into the variable HTTPS_PROXY: http://NAME:PASSWORD@HOST:PORT. Or ask who runs the proxy to let "
            "the address through without."
        ),
    ),
    "PSC-HTTP-REDIRECT": ErrorTexts(
        marked("The address leads somewhere else"),
        marked(
            "{host} sends requests on {to} instead of answering. psconnect does not follow, so that the secret goes "
            "nowhere else."
        ),
        marked("Use the address of the PowerSchool server itself, as it stands in the browser after you sign in."),
    ),
    "PSC-HTTP-SERVER": ErrorTexts(
        marked("PowerSchool could not answer"),
        marked("{host} reported an error of its own (status {status}) when asked for {what}."),
        marked("Try again later. If it comes back, ask your PowerSchool administrator to look at the server’s log."),
    ),
    "PSC-HTTP-SLOW/proxy": ErrorTexts(
        marked("The answer took too long"),
        marked("The proxy {name} ({source}) did not finish its answer within {seconds:.0f} seconds."),
        marked("Check the proxy, or ask who runs it."),
    ),
    "PSC-HTTP-SLOW/server": ErrorTexts(
        marked("The answer took too long"),
        marked("{host} did not finish its answer within {seconds:.0f} seconds."),
        marked("Try again later, or outside school hours."),
    ),
    "PSC-HTTP-THROTTLED": ErrorTexts(
        marked("PowerSchool asks for a pause"),
        marked("{host} received more requests than it allows for one plugin."),
        marked(
            "psconnect waits and goes on by itself. If it happens often, ask your PowerSchool administrator about the "
            "minimum time between API requests (Global Event Services and SIF)."
        ),
    ),
    "PSC-HTTP-TIMEOUT/name-server": ErrorTexts(
        marked("The server can’t be found at the moment"),
        marked("The name servers did not give the address of {name} in time."),
        marked("Check the network of this computer, or try again later."),
    ),
    "PSC-HTTP-TIMEOUT/proxy": ErrorTexts(
        marked("The proxy did not answer"),
        marked("The proxy {name} ({source}) did not accept a connection within {seconds:.0f} seconds."),
        marked("Check the proxy, or ask who runs it."),
    ),
    "PSC-HTTP-TIMEOUT/proxy-silent": ErrorTexts(
        marked("The proxy did not answer in time"),
        marked("The proxy {name} ({source}) sent nothing for {seconds:.0f} seconds."),
        marked("Check the proxy, or ask who runs it."),
    ),
    "PSC-HTTP-TIMEOUT/server": ErrorTexts(
        marked("The server did not answer"),
        marked("{host} did not accept a connection within {seconds:.0f} seconds."),
        marked("Check the address and the network, or try again later."),
    ),
    "PSC-HTTP-TIMEOUT/server-silent": ErrorTexts(
        marked("The server did not answer in time"),
        marked("{host} sent nothing for {seconds:.0f} seconds."),
        marked("Try again later, or outside school hours."),
    ),
    "PSC-HTTP-TOO-LARGE": ErrorTexts(
        marked("The answer is too large"),
        marked("{host} sent more than {number} MB in one answer. Reading was stopped."),
        marked("Check that the address is your PowerSchool server. If it is, tell us about it."),
    ),
    "PSC-HTTP-UNREACHABLE/name-lost": ErrorTexts(
        marked("The server can’t be found any more"),
        marked(
            "{host} answered before, but now there is no server of that name: this computer has probably lost its "
            "network or its VPN."
        ),
        marked("Check the network of this computer, or try again later."),
    ),
    "PSC-HTTP-UNREACHABLE/refused": ErrorTexts(
        marked("The server can’t be reached"),
        marked("{host} refused the connection or can’t be reached from this network."),
        marked("Check the address and the network, or try again later."),
    ),
    "PSC-HTTP-WEB-PAGE": ErrorTexts(
        marked("Got a web page, not data"),
        marked(
            "{host} answered with {page} when asked for {what}. Either the address is not the PowerSchool server "
            "itself, or something in between answers for it."
        ),
        marked("Open the address in a browser. It must be the server’s own, not a portal, proxy or sign-in page."),
    ),
    "PSC-TLS-CA-FILE": ErrorTexts(
        marked("The CA file can’t be used"),
        marked("{ca_file} can’t be read as a certificate ({kind})."),
        marked("Choose a PEM file: text that begins with -----BEGIN CERTIFICATE-----."),
    ),
    "PSC-TLS-PROTOCOL/proxy": ErrorTexts(
        marked("No secure connection"),
        marked("The proxy {name} ({source}) and this computer found no common way to encrypt ({reason})."),
        marked("Most proxies are spoken to without encryption: write http:// instead of https:// before its name."),
    ),
    "PSC-TLS-PROTOCOL/server": ErrorTexts(
        marked("No secure connection"),
        marked("{host} and this computer found no common way to encrypt ({reason})."),
        marked("Check that the address and port are right and that the server offers TLS 1.2 or newer."),
    ),
    "PSC-HTTP-PROXY/setting-address": ErrorTexts(
        marked("The proxy setting can’t be used"),
        marked("The proxy in {source} has no address that can be used."),
        _PROXY,
    ),
    "PSC-HTTP-PROXY/setting-kind": ErrorTexts(
        marked("The proxy setting can’t be used"),
        marked("The proxy in {source} is of a kind that psconnect does not know ({scheme}://)."),
        _PROXY,
    ),
    "PSC-HTTP-PROXY/setting-no-kind": ErrorTexts(
        marked("The proxy setting can’t be used"),
        marked("The proxy in {source} is of no known kind: what is before :// is not the name of one."),
        _PROXY,
    ),
    "PSC-HTTP-REFUSED/message": ErrorTexts(
        marked("PowerSchool refused the request"),
        marked("{host} answered {what} with status {status}: {message}"),
        marked("Test the connection: the test names what is missing."),
    ),
    "PSC-HTTP-REFUSED/silent": ErrorTexts(
        marked("PowerSchool refused the request"),
        marked("{host} answered {what} with status {status}."),
        marked("Test the connection: the test names what is missing."),
    ),
    "PSC-TLS-CERTIFICATE/reason": ErrorTexts(
        marked("The server’s certificate is not trusted"),
        marked("The certificate of {whose} {what}. Nothing was sent."),
        marked("{advice}"),
    ),
    "PSC-TLS-CERTIFICATE/two-reasons": ErrorTexts(
        marked("The server’s certificate is not trusted"),
        marked("The certificate of {whose} {what}, and {also}. Nothing was sent."),
        marked("{advice}"),
    ),
}
