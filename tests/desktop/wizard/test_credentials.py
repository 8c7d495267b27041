"""From nothing to a connection that signs in: the first two steps, against the real demo district."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QMessageBox

from psconnect.desktop.wizard.steps.plugin import ENABLE_STEP, PluginPart
from tests.desktop.wizard.conftest import MakeSetting, Setting, found, last_test
from tests.support.certificates import Certificates

MENU_PATH = "System Management > Server > Plugin Configuration"


def test_a_wrong_secret_then_a_disabled_plugin_then_right(setting: Setting):
    setting.open()
    setting.to("credentials")
    page = setting.credentials
    setting.fill_credentials("wrong")
    setting.press(page.test_button)
    assert found(setting)[-1] == ("Sign-in", "waiting"), "nobody has said yet that the plugin is enabled"
    assert last_test(setting) == "failed"
    setting.session.update(PluginPart, ticked=(0, 1, 2, ENABLE_STEP))
    setting.press(page.check.rows[-1].again_button)
    assert found(setting)[-1] == ("Sign-in", "failed")
    failed = page.check.rows[-1]
    assert MENU_PATH in failed.finding.to_do
    assert "wrong" in failed.finding.text
    setting.press(failed.copy_button)
    assert MENU_PATH in QGuiApplication.clipboard().text()
    assert "PSC-AUTH-401" in QGuiApplication.clipboard().text()
    assert last_test(setting) == "failed"

    setting.fill_credentials()
    assert last_test(setting) == ""
    setting.district.server.disable(setting.district.plugin)
    setting.press(page.test_button)
    assert found(setting)[-1] == ("Sign-in", "failed")
    assert "enabled" in page.check.rows[-1].finding.to_do

    setting.district.server.enable(setting.district.plugin)
    setting.press(page.test_button)
    assert {state for _step, state in found(setting)} == {"ok"}
    assert "12 kinds of records can be read." in [shown.finding.text for shown in page.check.rows]
    assert page.check.count.text() == "21 of 21 passed"
    assert last_test(setting) == "passed"
    modal = [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, QMessageBox | QDialog)]
    assert modal == []


def test_a_private_certificate_is_named_and_its_file_helps(make_setting: MakeSetting, certificates: Certificates):
    good = (certificates.good.cert_file, certificates.good.key_file)
    setting = make_setting(certificate=good, settings={"source": {"ca_file": str(certificates.ca_file)}})
    setting.open()
    setting.to("credentials")
    page = setting.credentials
    setting.fill_credentials()
    setting.press(page.test_button)
    assert found(setting) == [("Server", "failed")]
    assert not page.rows["ca_file"].isVisible()
    setting.press(page.ca_button)
    setting.type(page.ca_file, "/nowhere/ca.pem")
    setting.press(page.test_button)
    assert found(setting)[-1][1] == "failed"
    setting.type(page.ca_file, str(certificates.ca_file))
    setting.press(page.test_button)
    assert found(setting)[-1] == ("Estimate", "ok")


def test_mission_d09_the_address_is_put_right_on_leaving_the_field(setting: Setting):
    setting.open()
    setting.to("credentials")
    url = setting.credentials.url
    setting.type(url, "Lincoln.PowerSchool.com/admin/pw.html?x=1")
    setting.qtbot.keyClick(url, Qt.Key.Key_Tab)
    assert url.text() == "https://lincoln.powerschool.com"
    setting.type(url, "https://myschoolname.powerschool.com/")
    setting.qtbot.keyClick(url, Qt.Key.Key_Tab)
    assert url.text() == "https://myschoolname.powerschool.com"
    setting.type(url, "http://lincoln.powerschool.com")
    setting.qtbot.keyClick(url, Qt.Key.Key_Tab)
    assert "https://lincoln.powerschool.com" in setting.credentials.rows["url"].error
    assert url.accessibleDescription() == setting.credentials.rows["url"].error


def test_next_says_under_each_field_what_it_needs_and_opens_no_box(setting: Setting):
    window = setting.open()
    setting.press(window.next_button)
    assert setting.connect.rows["name"].error
    assert setting.session.draft.step == "connect"
    assert setting.connect.name.hasFocus()
    setting.qtbot.keyClicks(setting.connect.name, "L")
    assert setting.connect.rows["name"].error == ""
    assert setting.connect.preset_error.text()
    setting.press(setting.connect.cards["oneroster"])
    setting.to("credentials")
    setting.press(window.next_button)
    errors = [setting.credentials.rows[key].error for key in ("url", "client_id", "secret")]
    assert all(errors)
    assert QApplication.activeModalWidget() is None


def test_the_secret_is_hidden_until_it_is_asked_for(setting: Setting):
    setting.open()
    setting.to("credentials")
    page = setting.credentials
    setting.fill_credentials("s3cret")
    assert page.secret.echoMode() == QLineEdit.EchoMode.Password
    setting.press(page.show_button)
    assert page.secret.echoMode() == QLineEdit.EchoMode.Normal
    assert page.show_button.accessibleName() == "Hide the client secret"
    setting.press(page.show_button)
    assert page.secret.echoMode() == QLineEdit.EchoMode.Password


def test_who_can_not_go_on_sees_the_field_that_is_missing(setting: Setting):
    window = setting.open()
    setting.to("credentials")
    window.setMinimumHeight(0)
    window.resize(860, 380)
    page = setting.credentials
    assert page.area is not None
    bar = page.area.verticalScrollBar()
    setting.qtbot.waitUntil(lambda: bar.maximum() > 0)
    bar.setValue(bar.maximum())
    assert page.url.visibleRegion().isEmpty(), "it stands above what is in sight"
    setting.press(window.next_button)
    assert page.url.hasFocus()
    setting.qtbot.waitUntil(lambda: page.url.visibleRegion().boundingRect() == page.url.rect())


def test_a_test_can_be_stopped(setting: Setting):
    setting.open()
    setting.to("credentials")
    setting.fill_credentials()
    setting.district.server.set_latency(300)
    button = setting.credentials.test_button
    setting.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert button.text() == "Stop"
    setting.press(button)
    assert button.text() == "Test connection"
    assert setting.credentials.check.waiting.text() == "Stopped."
    assert last_test(setting) == ""


def paste(edit: QLineEdit, text: str) -> None:
    """Paste over what a field holds."""
    QGuiApplication.clipboard().setText(text)
    edit.selectAll()
    edit.paste()


def test_what_clings_to_a_pasted_id_and_secret_goes_and_what_hides_inside_is_named(setting: Setting):
    setting.open()
    setting.to("credentials")
    page = setting.credentials
    setting.fill_credentials()
    client_id, secret = page.client_id.text(), page.secret.text()
    paste(page.client_id, f"\ufeff“{client_id}\u200b”")
    paste(page.secret, f"\u00a0'{secret}'\u200b")
    setting.press(page.test_button)
    assert last_test(setting) == "passed"
    paste(page.client_id, client_id[:3] + "\u200b" + client_id[3:])
    paste(page.secret, secret[:3] + "\u2060" + secret[3:])
    needs = {need.field: need.text for need in setting.session.needs("credentials")}
    assert "After the 3rd character of the client ID stands U+200B ZERO WIDTH SPACE" in needs["client_id"]
    assert "After the 3rd character of the client secret stands U+2060 WORD JOINER" in needs["secret"]
    assert secret[:3] not in needs["secret"]


def test_mission_g12_three_fields_and_a_test_that_next_does_not_need(setting: Setting):
    setting.open()
    setting.to("credentials")
    page = setting.credentials
    setting.session.choose_preset("school-passport")
    assert [page.rows[key].hint.text() for key in ("url", "client_id", "secret")] == [
        "School Passport: Service URL",
        "School Passport: OAuth Client ID",
        "School Passport: OAuth Client Secret",
    ]
    setting.fill_credentials()
    assert last_test(setting) == ""
    setting.press(setting.window.next_button)
    assert setting.session.draft.step == "schools"
    assert last_test(setting) == "", "going on does not test by itself"
    setting.press(setting.window.side.buttons["credentials"])
    setting.press(page.test_button)
    assert last_test(setting) == "passed"
    assert setting.session.draft.step == "credentials", "a test is not a way on"
