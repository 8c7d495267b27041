"""docs/powerschool.md 15: installing, enabling, upgrading and deleting plugins."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from psconnect.demo import PluginRefused
from tests.demo.support import ALL, NAME, ONE, QUERIES, Caller, Query, package, plugin_xml, queries_xml, zipped

FIELDS = ("STUDENTS.DCID", "STUDENTS.LAST_NAME")
CONTACT = '<contact email="it@example.org"/>'


LISTENER = (
    '<changeListener><application name="a" description="b"><dataVersionSubscription><table name="STUDENTS">'
    '<column name="DCID"/></table></dataVersionSubscription></application></changeListener>'
)


def refused(server, content):
    with pytest.raises(PluginRefused) as caught:
        server.install(content)
    assert server.plugins() == []
    return str(caught.value)


def manifest(**more):
    return zipped({"plugin.xml": plugin_xml(FIELDS, **more)})


# -- life --------------------------------------------------------------------------------------------------------------


def test_install_then_enable(server):
    installed = server.install(package(fields=FIELDS))
    assert (installed.name, installed.version, installed.enabled) == (NAME, "1.0", False)
    assert (installed.client_id, installed.client_secret) == (None, None)
    assert ("STUDENTS", "DCID", "ViewOnly") in installed.access
    enabled = server.enable(NAME)
    assert enabled.enabled
    assert len(enabled.client_id) == len(enabled.client_secret) == 36
    assert server.plugins() == [enabled]


def test_lone_plugin_xml(server):
    assert server.install(plugin_xml(FIELDS).encode()).access == tuple(
        (*field.split("."), "ViewOnly") for field in FIELDS
    )


def test_plugin_without_oauth_gets_no_credentials(server):
    server.install(manifest(oauth=""))
    assert server.enable(NAME).client_id is None
    with pytest.raises(PluginRefused, match="no credentials"):
        server.regenerate(NAME)


def test_plugindef_follows(server):
    def stored():
        with closing(sqlite3.connect(server.database)) as database:
            return database.execute("SELECT name, version, isenabled FROM plugindef").fetchall()

    server.install(manifest())
    assert stored() == [(NAME, "1.0", 0)]
    server.enable(NAME)
    server.install(manifest(version="1.1"))
    assert stored() == [(NAME, "1.1", 1)]
    server.delete(NAME)
    assert stored() == []


def test_upgrade_keeps_credentials_and_token_and_gives_new_grants_when_enabled_again(server, caller, plugin):
    more = Query("com.roster.test.students.more", ("STUDENTS.FIRST_NAME first",), "SELECT first_name FROM students")
    upgraded = server.install(package([*QUERIES, more], version="1.1"))
    assert (upgraded.version, upgraded.enabled) == ("1.1", True)
    assert (upgraded.client_id, upgraded.client_secret) == (plugin.client_id, plugin.client_secret)
    assert caller.query(ALL).status == 200, "the old grants stay in force"
    assert caller.query(more.name).status == 403, "the new one is not in force yet"
    again = server.enable(NAME)
    assert again.client_id == plugin.client_id
    assert caller.query(more.name).status == 200, "with the same token"


def test_token_may_end_with_an_upgrade(serve, signed_in):
    server = serve(token_survives_upgrade=False)
    caller = signed_in(server)
    server.install(package(fields=["STUDENTS.FIRST_NAME"], version="2.0"))
    server.enable(NAME)
    assert caller.query(ONE).status == 401
    caller.sign_in(server.plugins()[0])
    assert caller.query(ONE).status == 200


def test_upgrade_takes_away_what_it_no_longer_asks_for(server, caller):
    server.install(package([QUERIES[0]], version="1.1"))
    server.enable(NAME)
    assert caller.query(ONE).status == 200
    assert caller.query(ALL).status == 404


@pytest.mark.parametrize("version", ["1.0", "0.9", "1", "0.9.9.9"])
def test_version_must_be_higher(server, version):
    server.install(manifest())
    with pytest.raises(PluginRefused, match=r"is already installed in version 1\.0"):
        server.install(manifest(version=version))
    assert server.plugins()[0].version == "1.0"


@pytest.mark.parametrize(("old", "new"), [("1.9", "1.10"), ("1.0", "1.0.1"), ("2.20", "10.0")])
def test_versions_are_compared_by_their_numbers(server, old, new):
    server.install(manifest(version=old))
    assert server.install(manifest(version=new)).version == new


def test_delete_and_reinstall_gives_new_credentials(server, plugin):
    server.delete(NAME)
    assert server.plugins() == []
    server.install(package())
    new = server.enable(NAME)
    assert new.client_id != plugin.client_id
    assert new.id != plugin.id
    with Caller(server) as caller:
        assert caller.ask_token(plugin).status == 401
        assert caller.ask_token(new).status == 200


def test_regenerate(server, caller, plugin):
    new = server.regenerate(NAME)
    assert new.client_secret != plugin.client_secret
    assert caller.query(ONE).status == 401
    assert caller.ask_token(plugin).status == 401
    assert caller.sign_in(new).query(ONE).status == 200


def test_unknown_plugin(server):
    for action in (server.enable, server.disable, server.delete, server.regenerate):
        with pytest.raises(KeyError):
            action("nobody")
    with pytest.raises(KeyError):
        server.set_page_size("nobody", 5)
    server.install(manifest())
    with pytest.raises(ValueError, match="at least one row"):
        server.set_page_size(NAME, 0)


# -- enabling ----------------------------------------------------------------------------------------------------------


def test_invalid_columns_are_named_one_a_line(server):
    server.install(zipped({"plugin.xml": plugin_xml(["STUDENTS.EMAIL", "STUDENTS.DCID", "U_NOWHERE.X"])}))
    with pytest.raises(PluginRefused) as caught:
        server.enable(NAME)
    assert str(caught.value).splitlines() == [
        f"The plugin {NAME} could not be enabled.",
        "STUDENTS EMAIL: Invalid Column",
        "U_NOWHERE X: Invalid Column",
    ]
    assert not server.plugins()[0].enabled


def test_excluded_columns(serve):
    server = serve()
    server.install(zipped({"plugin.xml": plugin_xml(["STUDENTS.SSN"])}))
    with pytest.raises(PluginRefused, match="STUDENTS SSN: Excluded Column"):
        server.enable(NAME)
    server.set_quirks(excluded=frozenset())
    assert server.enable(NAME).enabled


def test_excluded_tables(serve):
    server = serve(excluded=frozenset({"ROLEDEF"}))
    server.install(zipped({"plugin.xml": plugin_xml(["ROLEDEF.ID", "ROLEDEF.NAME", "STUDENTS.DCID"])}))
    with pytest.raises(PluginRefused) as caught:
        server.enable(NAME)
    assert str(caught.value).splitlines()[1:] == ["ROLEDEF ID: Excluded Column", "ROLEDEF NAME: Excluded Column"]


@pytest.mark.parametrize("missing", ["ROLEDEF", "ROLEDEF.ROLEKEY"])
def test_what_a_server_does_not_have(serve, signed_in, missing):
    named = Query(
        ONE, ("ROLEDEF.ID id", "ROLEDEF.ROLEKEY role"), "SELECT id, rolekey FROM roledef ORDER BY id", core=""
    )
    assert len(signed_in(serve(), package([named])).query(ONE).records) == 3
    server = serve(missing=frozenset({missing}))
    server.install(package([named]))
    with pytest.raises(PluginRefused, match="ROLEDEF ROLEKEY: Invalid Column"):
        server.enable(NAME)
    caller = signed_in(server, package([named], fields=["STUDENTS.DCID"], grant=False, version="1.1"))
    assert caller.query(ONE).status == 404
    read = caller.get("/ws/schema/table/roledef?projection=rolekey")
    assert read.status == (404 if missing == "ROLEDEF" else 400)


@pytest.mark.parametrize("failed", ["disables", "keeps"])
def test_failed_upgrade(serve, signed_in, failed):
    server = serve(failed_enable=failed)
    caller = signed_in(server)
    server.install(package(fields=["STUDENTS.EMAIL"], version="1.1"))
    with pytest.raises(PluginRefused):
        server.enable(NAME)
    assert caller.query(ALL).status == (200 if failed == "keeps" else 401)
    assert server.plugins()[0].enabled == (failed == "keeps")


# -- installing --------------------------------------------------------------------------------------------------------


def test_package_in_a_folder(server):
    content = zipped({"roster/plugin.xml": plugin_xml(FIELDS)})
    assert "plugin.xml at its root" in refused(server, content)


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04 broken", b"<plugin>"])
def test_not_a_package(server, content):
    assert "plugin.xml" in refused(server, content)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"name": "n" * 41}, "cvc-maxLength-valid"),
        ({"name": ""}, "cvc-minLength-valid"),
        ({"version": "1" * 21}, "cvc-maxLength-valid"),
        ({"publisher": ""}, "cvc-complex-type.2.4.b"),
        ({"publisher": '<publisher name="P"/>'}, "'contact' is expected"),
        ({"publisher": f'<publisher name="P"><contact email="{"m" * 40}@example.org"/></publisher>'}, "cvc-maxLength"),
        ({"publisher": f'<publisher name="P">{CONTACT}{CONTACT}</publisher>'}, "cvc-complex-type.2.4.a"),
        ({"publisher": f"<publisher>{CONTACT}</publisher>"}, "Attribute 'name' must appear"),
        ({"level": "All"}, "cvc-enumeration-valid"),
        ({"attributes": ' colour="red"'}, "Attribute 'colour' is not allowed"),
        ({"extra": "<colour/>"}, "starting with element 'colour'"),
        ({"extra": "<oauth/>"}, "starting with element 'oauth'"),
        ({"oauth": '<oauth accessLevelV1Api="SOME"/>'}, "cvc-enumeration-valid"),
        ({"extra": '<links><link display-text="x"><ui_contexts><ui_context id="admin.header"/></ui_contexts></link>'
                   "</links>"},
         "Attribute 'path' must appear"),
        ({"extra": '<links><link display-text="x" path="/x"/></links>'}, "'ui_contexts' is expected"),
        ({"extra": '<saml name="s"><permissions><permission name="a" value="b" description="c"/></permissions><links>'
                   '<link display-text="x" path="/"><ui_contexts><ui_context id="teacher.header"/></ui_contexts></link>'
                   "</links></saml>"}, "cvc-complex-type.2.4.a"),
    ],
)  # fmt: skip
def test_plugin_xml_against_the_schema(server, changes, error):
    assert error in refused(server, manifest(**changes))


def test_full_plugin_xml_is_fine(server):
    link = (
        '<link display-text="x" path="/x" title="t"><ui_contexts><ui_context id="admin.left_nav"/></ui_contexts></link>'
    )
    extra = (
        '<registration url="https://example.org"><callback-data>x</callback-data><parameter name="a">b</parameter>'
        '</registration><openid host="example.org" port="443"><links><link display-text="y"><ui_contexts>'
        f'<ui_context id="guardian.header"/></ui_contexts></link></links></openid><links>{link}</links>'
        f'<saml name="s" entity-id="e"><links>{link}</links><attributes><user type="admin"><attribute name="a"/></user>'
        '</attributes></saml><autoinstall required="false"><autoenable/></autoinstall><identityAttribute>'
        '<entity name="a" attribute="b"/></identityAttribute>'
    )
    attributes = (
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" description="d" deletable="true" '
        'xsi:schemaLocation="http://plugin.powerschool.pearson.com plugin.xsd"'
    )
    assert server.install(manifest(extra=extra, attributes=attributes)).name == NAME


def test_wrong_namespace(server):
    content = plugin_xml(FIELDS).replace("http://plugin.powerschool.pearson.com", "http://example.org")
    assert "cvc-elt.1" in refused(server, content.encode())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_document_type_is_refused_before_anything_in_it_is_read(server, encoding):
    bomb = '<!DOCTYPE plugin [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    content = bomb + plugin_xml(FIELDS, name="&b;").replace("&amp;b;", "&b;")
    assert "DOCTYPE" in refused(server, content.encode(encoding))
    queries = f"<!DOCTYPE queries>{queries_xml(QUERIES)}".encode(encoding)
    packed = zipped({"plugin.xml": plugin_xml(FIELDS), "queries_root/a.named_queries.xml": queries})
    assert "DOCTYPE" in refused(server, packed)


@pytest.mark.parametrize("fixed", [True, False])
def test_order_of_children(serve, fixed):
    server = serve(fixed_child_order=fixed)
    content = plugin_xml(FIELDS, oauth="", extra='<oauth accessLevelV1Api="READ"/>').encode()
    if fixed:
        assert "cvc-complex-type.2.4.a" in refused(server, content)
        assert server.install(plugin_xml(FIELDS).encode()).name == NAME
    else:
        assert server.install(content).name == NAME


@pytest.mark.parametrize("strict", [True, False])
def test_unexpected_entries(serve, strict):
    server = serve(strict_entries=strict)
    known = {
        "web_root/admin/a.html": "x",
        "queries_root/a.named_queries.xml": "<queries/>",
        "data_change_configuration_root/a.change_listener_config.xml": LISTENER,
    }
    for at, unknown in enumerate(["__MACOSX/x", "queries_root/a.xml", "data_change_configuration_root/a.xml"]):
        content = zipped({**known, "plugin.xml": plugin_xml(FIELDS, version=f"1.{at}"), unknown: "<x/>"})
        if strict:
            assert unknown in refused(server, content)
        else:
            assert server.install(content).name == NAME
    assert server.install(zipped({**known, "plugin.xml": plugin_xml(FIELDS, version="2")})).version == "2"


@pytest.mark.parametrize("strict", [True, False])
def test_subscription_of_another_format(serve, strict):
    server = serve(strict_entries=strict)
    name = "data_change_configuration_root/a.change_listener_config.xml"
    content = zipped({"plugin.xml": plugin_xml(FIELDS), name: "<subscription/>"})
    if strict:
        assert f"{name} is not a data change configuration" in refused(server, content)
    else:
        assert server.install(content).name == NAME


@pytest.mark.parametrize("taken", [True, False])
def test_v1_attribute_on_an_old_server(serve, taken):
    server = serve(server_version="25.1.0", v1_attribute_on_old_servers=taken)
    if taken:
        assert server.install(manifest()).name == NAME
    else:
        assert "'accessLevelV1Api' is not allowed" in refused(server, manifest())
        assert server.install(manifest(oauth="<oauth/>")).name == NAME


def test_query_names(server):
    long = Query("q" * 201, ("STUDENTS.DCID dcid",), "SELECT dcid FROM students")
    assert "201 characters" in refused(server, package([long]))
    assert "already defined" in refused(server, package([QUERIES[0], QUERIES[0]]))


def test_query_of_another_plugin(server):
    server.install(package())
    with pytest.raises(PluginRefused, match=rf"already defined by the plugin {NAME}"):
        server.install(package([QUERIES[0]], name="Other"))


OTHER = Query("com.other.test.students.one", QUERIES[0].columns, QUERIES[0].sql)


@pytest.mark.parametrize("unique", [True, False])
def test_query_file_of_another_plugin(serve, unique):
    server = serve(unique_query_files=unique)
    server.install(package())
    if unique:
        with pytest.raises(PluginRefused, match=rf"test.named_queries.xml is already provided by the plugin {NAME}"):
            server.install(package([OTHER], name="Other"))
    else:
        assert server.enable(server.install(package([OTHER], name="Other")).name).enabled


@pytest.mark.parametrize("queries", [[QUERIES[0]], [OTHER]], ids=["query", "file"])
def test_clash_may_be_found_when_the_second_plugin_is_enabled(serve, queries):
    server = serve(clash_at="enable")
    assert server.enable(server.install(package()).name).enabled
    assert server.install(package(queries, name="Other")).name == "Other"
    with pytest.raises(PluginRefused, match=rf"already (defined|provided) by the plugin {NAME}"):
        server.enable("Other")
    server.delete(NAME)
    assert server.enable("Other").enabled


@pytest.mark.parametrize("loads", [True, False])
def test_query_file_with_a_namespace(serve, signed_in, loads):
    server = serve(queries_namespace=loads)
    text = queries_xml([QUERIES[0]]).replace("<queries>", '<queries xmlns="http://www.powerschool.com">')
    content = zipped({"plugin.xml": plugin_xml(FIELDS), "queries_root/a.named_queries.xml": text})
    assert signed_in(server, content).query(ONE).status == (200 if loads else 404)


@pytest.mark.parametrize("shown", [True, False])
def test_id_of_a_guardian_as_a_column(serve, signed_in, shown):
    asked = Query(ONE, ("GUARDIAN.GUARDIANID id",), "SELECT guardianid FROM guardian", core="")
    joined = Query(
        ALL, ("GUARDIANPERSONASSOC.PERSONID id",), "SELECT a.personid FROM guardian g JOIN guardianpersonassoc a "
        "ON a.guardianid = g.guardianid", core="",
    )  # fmt: skip
    caller = signed_in(serve(guardian_id_shown=shown), package([asked, joined]))
    assert caller.query(ONE).status == (200 if shown else 403)
    assert caller.query(ALL).status == 200


def test_page_of_another_plugin(server):
    server.install(zipped({"plugin.xml": plugin_xml(FIELDS), "web_root/admin/a.html": "x"}))
    other = plugin_xml(FIELDS, name="Other")
    with pytest.raises(PluginRefused, match=f"admin/a.html is already provided by the plugin {NAME}"):
        server.install(zipped({"plugin.xml": other, "WEB_ROOT/admin/A.html": "x"}))
    assert server.install(zipped({"plugin.xml": other, "web_root/admin/b.html": "x"})).name == "Other"


def test_broken_query_file(server):
    content = zipped({"plugin.xml": plugin_xml(FIELDS), "queries_root/a.named_queries.xml": "<queries>"})
    assert "queries_root/a.named_queries.xml is not well-formed" in refused(server, content)


def test_query_files_lie_flat(serve, signed_in):
    server = serve(strict_entries=False)
    content = zipped(
        {
            "plugin.xml": plugin_xml(FIELDS),
            "queries_root/deep/a.named_queries.xml": queries_xml([QUERIES[0]]),
            "queries_root/a.xml": queries_xml([QUERIES[0]]),
        }
    )
    assert signed_in(server, content).query(ONE).status == 404


def test_database_extensions_are_not_pretended(server):
    content = zipped({"plugin.xml": plugin_xml(FIELDS), "user_schema_root/x.xml": "<x/>"})
    assert "does not create database extensions" in refused(server, content)


def test_oversize_package(server):
    assert "too large" in refused(server, zipped({"plugin.xml": plugin_xml(FIELDS), "web_root/a": b" " * 20_000_001}))
