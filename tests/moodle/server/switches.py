"""What differs from site to site; a default is the strictest reading of the sheet, or a fresh site's own setting."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

#: Plugins of a plain download; `oidc` (Microsoft) and `saml2` are added by hand (moodle-api.md 6.2).
AUTHS = ("db", "email", "ldap", "lti", "manual", "nologin", "none", "oauth2", "shibboleth")

#: What a site can have in the way of its robot account (moodle-api.md 4).
Blocked = Literal["policy", "password", "profile"]


@dataclass
class Switches:
    """Settings of a site and of its PHP; a test changes them while the server runs.

    Attributes:
        max_input_vars: PHP keeps this many fields of a request, plus one (moodle-api.md 2). PHP's default: 1000, what
            Moodle asks for 5000.
        post_max_size: a longer body is discarded whole (moodle-api.md 2).
        longest_address: a longer request line gets 414 (observed at 20 kB, inferred at 8 kB).
        web_services: off means 403 with an empty page (moodle-api.md 2).
        maintenance: `cli` answers 503 with a page, also to administrators (moodle-api.md 2); `web`, that of the site's
            own pages, answers every call with the code `sitemaintenance` (observed on 4.5 and 5.1); `database`: its
            database is away, and every call answers `dbconnectionfailed` (observed on 5.0.6).
        wrong_address: the site is configured for another address than the one it is reached at: 303 (moodle-api.md 1).
        debug: whether errors carry `debuginfo` (moodle-api.md 3).
        extended_username_chars, allow_same_email: site settings (moodle-api.md 11).
        case_matters: look-ups by e-mail and idnumber and the uniqueness of course short names tell upper from
            lower case, as PostgreSQL does; MariaDB and MySQL usually don't (moodle-api.md 6.2, inferred).
        password_policy: passwords need eight characters of four kinds (moodle-api.md 6.2).
        manual_enrolment: new courses get a manual enrolment instance (moodle-api.md 6.4).
        course_welcome_mail: new courses mail a welcome to those enrolled by hand, once there is a teacher (on by
            default since 4.4; observed on 4.5 and 5.1: also to enrolments that are suspended, not to suspended
            accounts, nor into hidden courses).
        identity_fields: fields of an account that its identity shows ("Show user identity"); phone numbers are in
            answers only when they are among them (`user/lib.php`).
        course_days: length of a course whose end is left out; 0 where the site gives none (moodle-api.md 6.4).
        unique_profile_fields, required_profile_fields: whether the API enforces what a profile field demands; observed
            not to for unique, inferred for required (moodle-api.md 6.2).
        overlapping_creates: calls under way at once don't see each other's new rows, so that code-only checks let
            doubles through (moodle-api.md 1, fact 6).
        deadlocks: enrolment calls under way at once that share two users or more fail (moodle-api.md 9).
        cohort_names_as_text: names of cohorts are display text like those of courses (moodle-api.md 1, 11); earlier
            builds of 5.1, and 4.5, give them as they are (observed).
        recover_grades: enrolling again brings earlier grades back (a site's setting, off by default).
        full_names_in_format: 5.1 gives first and last names without moodle/site:viewfullnames where the display-name
            format holds them (moodle-api.md 4).
        installed_auths, installed_langs: plugins and language packs.
        pace: 0 answers at once; 1 takes as long as was measured (moodle-api.md 8), 0.1 a tenth of it.
    """

    max_input_vars: int = 1000
    post_max_size: int = 8_000_000
    longest_address: int = 8_000
    web_services: bool = True
    maintenance: Literal["", "cli", "web", "database"] = ""
    wrong_address: str = ""
    debug: bool = False
    extended_username_chars: bool = False
    allow_same_email: bool = False
    case_matters: bool = True
    password_policy: bool = True
    manual_enrolment: bool = True
    course_welcome_mail: bool = True
    identity_fields: set[str] = field(default_factory=lambda: {"email"})
    course_days: int = 365
    unique_profile_fields: bool = False
    required_profile_fields: bool = False
    overlapping_creates: bool = True
    deadlocks: bool = True
    cohort_names_as_text: bool = True
    recover_grades: bool = False
    full_names_in_format: bool = True
    installed_auths: set[str] = field(default_factory=lambda: {*AUTHS, "mnet", "webservice"})
    installed_langs: set[str] = field(default_factory=lambda: {"en"})
    pace: float = 0.0
