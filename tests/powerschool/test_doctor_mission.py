"""What a person is told of each cause; where a fact about PowerSchool is inferred, every reading of it is tried."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
import trustme

from psconnect.demo import Fault, Quirks
from psconnect.http import HttpClient
from psconnect.http.certificates import ends_at
from psconnect.model.clock import CancelToken
from psconnect.powerschool.client import PowerSchoolClient
from psconnect.powerschool.doctor import examine, judged
from psconnect.powerschool.streams import StreamSet
from psconnect.wording.checks import WordedFinding, word_finding
from tests.http.raw import answer, raw_server
from tests.powerschool.conftest import Open, Reading
from tests.powerschool.test_doctor import failed, findings, reinstalled
from tests.support.certificates import Certificates, ServerCertificate
from tests.support.demo import TestClock

METADATA = b'{"metadata":{"powerschool_version":"25.9.0.0"}}'
TOKEN = b'{"access_token":"made-up-token","expires_in":"864000"}'


@contextmanager
def served(certificate: ServerCertificate | None = None) -> Iterator[str]:
    """The address of a server that tells its version and gives tokens."""

    def handler(request: bytes) -> bytes:
        return answer(body=TOKEN if b"access_token" in request.split(b"\r\n")[0] else METADATA)

    context = certificate.server_context() if certificate else None
    with raw_server(handler=handler, context=context) as server:
        yield server.url


def told(url: str, ca_file: str = "", clock: TestClock | None = None) -> list[WordedFinding]:
    """What the doctor says of a server from which nothing is to be read."""
    clock = clock or TestClock()
    http = HttpClient(url, ca_file, monotonic=clock.monotonic)
    client = PowerSchoolClient(http, "made-up-id", "made-up-secret", clock, CancelToken())
    try:
        return [word_finding(one) for one in examine(client, StreamSet({}), "queries")]
    finally:
        http.close()


# --- server and certificate ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("version", "passes"), [("10.1", True), ("10.0.9", False), ("8.2", False)])
def test_mission_l01_a_server_before_10_1_is_refused_with_the_reason(
    open_reading: Open, version: str, passes: bool
) -> None:
    found = findings(open_reading(quirks=Quirks(server_version=version)), streams=StreamSet({}))
    (step,) = [one for one in found if one.step == "Version"]
    assert (step.state == "ok") == passes
    if passes:
        assert step.figure == "10.1 or later"
    else:
        assert f"PowerSchool {version} is older than 10.1" in step.text


def test_mission_l02_what_is_wrong_with_a_certificate_is_told_apart(certificates: Certificates) -> None:
    ca_file = str(certificates.ca_file)
    with served(certificates.expired) as url:
        (expired,) = told(url, ca_file)
    with served(certificates.wrong_host) as url:
        (elsewhere,) = told(url, ca_file)
    with served(certificates.good) as url:
        (unknown,) = told(url)
    assert {one.code for one in (expired, elsewhere, unknown)} == {"PSC-TLS-CERTIFICATE"}
    assert "has expired" in expired.text
    assert "belongs to another" in elsewhere.text
    assert "authority that this computer does not know" in unknown.text
    assert len({one.to_do for one in (expired, elsewhere, unknown)}) == 3


def test_mission_l02_the_days_that_are_left_are_told_and_few_of_them_are_a_warning(certificates: Certificates) -> None:
    clock = TestClock()
    with served(certificates.good) as url:
        found = told(url, str(certificates.ca_file), clock)
    assert (found[0].step, found[0].state) == ("Server", "ok")
    assert found[0].figure.endswith("days left")
    authority = trustme.CA()
    soon = authority.issue_cert("localhost", not_after=datetime(2027, 1, 1, 12, tzinfo=UTC))
    pem = soon.cert_chain_pems[0].bytes()
    assert ends_at(ssl.PEM_cert_to_DER_cert(pem.decode())) == datetime(2027, 1, 1, 12, tzinfo=UTC)
    assert ends_at(b"no certificate") is None
    assert ends_at(b"") is None


def test_a_certificate_that_ends_soon_names_the_day(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("soon")
    authority, clock = trustme.CA(), TestClock()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    real = datetime.now(UTC)
    leaf = authority.issue_cert("localhost", "127.0.0.1", not_after=real.replace(year=real.year + 1))
    certificate = ServerCertificate(folder / "server.pem", folder / "server.key")
    for number, blob in enumerate(leaf.cert_chain_pems):
        blob.write_to_path(certificate.cert_file, append=number > 0)
    leaf.private_key_pem.write_to_path(certificate.key_file)
    ends = real.replace(year=real.year + 1)
    clock.wait((ends - clock.now()).total_seconds() - 9.5 * 86400, CancelToken())
    with served(certificate) as url:
        first = told(url, str(folder / "ca.pem"), clock)[0]
    assert (first.state, first.figure) == ("warning", "9 days left")
    assert ends.date().isoformat() in first.to_do


# --- signing in ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sign_in", ["refused", "issued"])
@pytest.mark.parametrize("data_call", ["unauthorized", "not found"])
def test_a_disabled_plugin_is_named_whatever_a_server_answers_for_it(
    open_reading: Open, sign_in: str, data_call: str
) -> None:
    quirks = Quirks(disabled_sign_in=sign_in, disabled_data_call=data_call)  # type: ignore[arg-type]
    reading = open_reading(quirks=quirks)
    reading.server.disable(reading.connected.plugin)
    found = findings(reading)
    (code,) = set(failed(found).values())
    assert code == {"refused": "PSC-AUTH-401"}.get(sign_in, code)
    last = found[-1]
    assert "disabled" in last.text
    assert "Plugin Configuration" in last.to_do


@pytest.mark.parametrize("no_oauth_is_404", [True, False])
def test_a_deleted_plugin_is_told_of_a_server_that_is_powerschool(open_reading: Open, no_oauth_is_404: bool) -> None:
    reading = open_reading(quirks=Quirks(no_oauth_is_404=no_oauth_is_404))
    reading.server.delete(reading.connected.plugin)
    last = findings(reading)[-1]
    assert last.code == ("PSC-AUTH-404" if no_oauth_is_404 else "PSC-AUTH-401")
    assert "deleted" in last.text
    if no_oauth_is_404:
        assert "is a PowerSchool server" in last.text


def test_a_token_that_expires_during_the_check_is_renewed_and_no_finding(reading: Reading) -> None:
    found = []
    for one in examine(reading.client, StreamSet(dict(reading.streams)), "queries"):
        if one.key == "sign-in/accepted":
            reading.server.expire_tokens()
        found.append(word_finding(one))
    assert failed(found) == {}
    assert reading.tokens == 2
    (step,) = [one for one in found if one.step == "Sign-in"]
    assert step.figure == "valid for 30 days"


def test_the_same_answer_is_judged_by_what_is_known_here(reading: Reading) -> None:
    reading.client.secret = "made-up-wrong-secret"
    refused = list(examine(reading.client, StreamSet({}), "queries"))[-1]
    fresh = judged(refused, enabled=False, worked=False)
    assert (fresh.state, fresh.code) == ("waiting", "PSC-AUTH-401")
    assert judged(refused, enabled=True, worked=False) == refused
    before = judged(refused, enabled=True, worked=True)
    assert before.state == "failed"
    assert "was read before" in word_finding(before).to_do


# --- what may be read ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("counting", [True, False])
@pytest.mark.parametrize("denied", [403, 400])
@pytest.mark.parametrize(("table", "field"), [("STUDENTS", "LAST_NAME"), ("ROLEDEF", "NAME"), ("PERSON", "LASTNAME")])
def test_any_grant_that_is_taken_out_is_named_by_queries_too(
    open_reading: Open, table: str, field: str, denied: int, counting: bool
) -> None:
    quirks = Quirks(query_denied=denied, count_checks_fields=counting)  # type: ignore[arg-type]
    reading = open_reading(quirks=quirks)
    line = f'    <field table="{table}" field="{field}" access="ViewOnly"/>\n'
    taken = []

    def without(_name: str, text: str) -> str:
        taken.append(line in text)
        return text.replace(line, "")

    reinstalled(reading, without)
    assert any(taken)
    found = findings(reading)
    named = [one for one in found if one.state == "failed"]
    assert named
    assert all(f"{table}.{field}" in one.text.upper() for one in named)
    assert {one.code for one in named} == {"PSC-ACCESS-FIELD"}


def test_mission_l03_a_page_size_below_100_is_a_finding_with_its_menu(reading: Reading) -> None:
    reading.server.set_page_size(reading.connected.plugin, 99)
    (small,) = [one for one in findings(reading) if one.step == "Page size"]
    assert (small.key, small.state) == ("page-size/small-beside", "warning")
    assert "only 99 rows" in small.text
    assert "100 or more" in small.to_do
    assert "Data Configuration" in small.to_do
    reading.server.set_page_size(reading.connected.plugin, 100)
    (enough,) = [one for one in findings(reading) if one.step == "Page size"]
    assert (enough.state, enough.figure) == ("ok", "100 or more")


def test_a_throttle_is_told_with_who_can_change_it(reading: Reading) -> None:
    assert [one.state for one in findings(reading) if one.step == "Throttle"] == ["ok"]
    reading.client = reading.anew()
    reading.server.set_faults([Fault("N12", path="/ws/schema/query/*", first=1, amount=7)])
    (slow,) = [one for one in findings(reading) if one.step == "Throttle"]
    assert slow.state == "warning"
    assert "Global Event Services" in slow.to_do
    assert failed(findings(reading)) == {}
