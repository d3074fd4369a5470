"""The rules of access.toml: what they grant, to whom, and which are refused."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from dyntube.errors import ConfigError, NoAccessError
from dyntube.people.person import Person
from dyntube.people.policy import Limits, parse
from dyntube.query.access import Access

from .rules import NORTH, for_all, rule

NOW = dt.datetime(2026, 5, 10, 9, tzinfo=dt.UTC)
RULES = "\n".join(
    (
        for_all("admin", "Ada@acme.com", "17"),
        NORTH,
        rule("analyst", groups=["south"], channels=["c1"]),
        rule("reader", groups=["readers"], projects=["p1"]),
        rule("reader", domains=["acme.com"], projects=["p9"]),
    )
)
RULE = '[[rule]]\npeople = ["a@b.c"]\nrole = "reader"\n'
ADMIN = Access(all_views=True, role="admin")


def someone(email: str = "", *groups: str, subject: str = "x") -> Person:
    return Person("https://login", subject, email, "", frozenset(groups), NOW)


@pytest.mark.parametrize(
    ("person", "access"),
    [
        (someone("ada@acme.com"), ADMIN),
        (someone("ADA@ACME.COM", "north"), ADMIN),
        (someone("", subject="17"), ADMIN),
        (someone("bob@acme.com", "north"), Access(frozenset({"p1"}), role="analyst")),
        (
            someone("bob@acme.com", "north", "south"),
            Access(frozenset({"p1"}), frozenset({"c1"}), role="analyst"),
        ),
        (someone("bob@acme.com", "west"), Access(frozenset({"p9"}))),
        (someone("bob@ACME.com"), Access(frozenset({"p9"}))),
        (someone("ada+x@acme.com"), Access(frozenset({"p9"}))),
        (someone("a.da@acme.com"), Access(frozenset({"p9"}))),
        (someone("bob+17@acme.com", subject="17+"), Access(frozenset({"p9"}))),
    ],
)
def test_the_most_specific_kind_of_rule_counts_and_its_rules_add_up(person, access):
    assert parse(RULES).grant(person).access == access


def test_somebody_whose_groups_are_left_out_sees_what_a_rule_for_them_grants_and_nothing_else():
    rules = parse(RULES)
    ada, bob = (
        replace(someone(email), groups_left_out=True) for email in ("ada@acme.com", "bob@acme.com")
    )

    assert rules.grant(ada).access == ADMIN
    with pytest.raises(NoAccessError, match="app roles instead of groups, or to name you") as told:
        rules.grant(bob)  # a group of theirs may count more than their domain
    assert told.value.reason == "They are in more groups than their sign-in names."


@pytest.mark.parametrize(
    "person",
    [
        someone(),
        someone("eve@evil.com"),
        someone("eve@acme.com.evil.com"),
        someone("eve@sub.acme.com"),
        someone("eve@notacme.com"),
        someone("eve@acme.com."),
        someone("eve@acme.com "),
        someone("eve@acme.co"),
        someone("eve@com"),
        someone("eve@xn--acme.com"),
        someone("eve@acm\u0435.com"),
        someone("acme.com"),
        someone("@acme.com@"),
        someone("eve@evil.com", "North"),
        someone("eve@evil.com@acme.com"),
        someone(subject="ada@acme.com"),
        someone("", subject="1 7"),
        someone("\u0130da@acme.co"),
        someone("\uff41da@acme.com.", "\u212aorth"),
    ],
)
def test_whom_no_rule_means_sees_nothing(person):
    with pytest.raises(NoAccessError, match="nothing is shared with you yet"):
        parse(RULES).grant(person)


def test_groups_that_disagree_about_the_role_grant_nothing():
    with pytest.raises(NoAccessError, match=r"different roles \(analyst, reader\)"):
        parse(RULES).grant(someone("", "north", "readers"))


def test_why_names_what_a_rule_means_somebody_by():
    granted = parse(RULES).grant(someone("", "north", "south"))

    assert (granted.kind, granted.why) == ("groups", (("north", 2), ("south", 3)))


def test_a_rule_without_projects_and_channels_grants_no_view():
    access = parse('[[rule]]\npeople = ["a@b.c"]\nrole = "reader"').grant(someone("a@b.c")).access

    assert access == Access()
    assert not access.sees("", "")
    assert not access.sees("p1", "c1")


IN_OTHER_LETTERS = [
    ("bücher.example", "xn--bcher-kva.example"),
    ("xn--bcher-kva.example", "bücher.example"),
    ("bücher.example", "BÜCHER.example"),
    ("bücher.example", "bu\u0308cher.example"),
    ("straße.example", "strasse.example"),
]


@pytest.mark.parametrize(("named", "other"), IN_OTHER_LETTERS)
def test_a_domain_or_address_that_only_looks_the_same_is_another(named: str, other: str):
    text = rule("reader", domains=[named]) + rule("admin", people=[f"a@{named}"], projects="*")

    assert parse(text).grant(someone(f"a@{named}")).access == ADMIN
    assert parse(text).grant(someone(f"b@{named}")).access == Access()
    for who in (f"a@{other}", f"b@{other}"):
        with pytest.raises(NoAccessError):
            parse(text).grant(someone(who))


@pytest.mark.parametrize("text", ["", "# nobody yet\n", "\n\r\n", "[limits]\nquestions = 1"])
def test_a_file_without_rules_lets_nobody_see_anything(text: str):
    with pytest.raises(NoAccessError):
        parse(text).grant(someone("ada@acme.com", "north"))


DOMAINS = (".acme.com", "*.acme.com", "acme.com.", "acme..com", "*", "a@b.c", "a b.c")
OF_DOMAINS = RULE.replace("people", "domains")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[rule", "not TOML"),
        ("\n\n[[rule]]\nrole = reader", "not TOML: .*at line 4"),
        (RULE + RULE.replace("role", "people"), "not TOML: .*at line 6"),
        (RULE.replace('"reader"', '"""reader'), "not TOML"),
        (RULE + "[[rule]]\r\n[rule]", "not TOML"),
        ("rule = [1]", "begins with"),
        ("rule = [[]]", "begins with"),
        ("rule = {}", "begins with"),
        ("[rule.x]", "begins with"),
        ("[[rule]]\n[[rule.people]]\nx = 1", "line 1: rule 1: people is a list"),
        ("# \n" + RULE + "\n[[ rule ]] # x\nrole = 'reader'", "line 6: rule 2 is for nobody"),
        (RULE + "\u00a0", "not TOML"),
        (RULE + "limits = {questions = 9}", "line 1: rule 1 has 'limits', which is unknown"),
        ("limits = [1]", r"\[limits\] has only"),
        (RULE + "\n\n[limits]\nquestions = 1.5", r"line 6: \[limits\]: questions is a whole"),
        (RULE + "[limits]\nquestions = nan", "questions is a whole number"),
        (RULE + "[limits]\nquestions = -1", "questions is a whole number"),
        (RULE + "[limits]\nquestions = '5'", "questions is a whole number"),
        (RULE + "[limits]\nquestions = 2026-11-30", "questions is a whole number"),
        ("x" * 5000 + " = 1", r"^'x{79}\\u2026' is unknown"),
        (RULE + "Projects = ['p1']", "rule 1 has 'Projects'"),
        (RULE.replace('"reader"', '"Reader"'), "rule 1 needs a role"),
        (RULE.replace('"reader"', "{x = 1}"), "rule 1 needs a role"),
        (RULE.replace('["a@b.c"]', '[["a@b.c"]]'), "people is a list"),
        (RULE.replace('["a@b.c"]', '{"a@b.c" = 1}'), "people is a list"),
        (RULE.replace('["a@b.c"]', "[1, 2]"), "people is a list"),
        (RULE.replace("a@b.c", "@acme.com"), "has the address '@acme.com': write ada@acme.com"),
        (RULE.replace("a@b.c", "a@"), "has the address"),
        (RULE.replace("a@b.c", "a@b@c.d"), "has the address"),
        (RULE.replace("a@b.c", "a@b.c."), "has the address"),
        (RULE.replace("a@b.c", "jose\u0301@b.c"), "letters in a form that no sign-in has"),
        (RULE.replace("a@b.c", "a@\u212aelvin.c"), "letters in a form that no sign-in has"),
        (RULE.replace("a@b.c", "a@b.c\\u202e"), "invisible characters"),
        (RULE.replace("a@b.c", " " + "x" * 5000), r"^line 1: rule 1: ' x{78}\\u2026' has spaces"),
        (RULE + 'projects = "p1"', "projects is a list"),
        (RULE + "channels = ['*']", "without brackets"),
        (RULE + "projects = '**'", "projects is a list"),
        *((OF_DOMAINS.replace("a@b.c", of), "write acme.com, without @") for of in DOMAINS),
        (
            RULE + "\n" + RULE.replace("reader", "analyst").replace("a@b.c", "A@B.C"),
            "^line 5: rules 1 and 2 give 'a@b.c' different roles",
        ),
        ("rule = 1", r"\[\[rule\]\]"),
        ("[rule]\nrole = 'reader'", r"two pairs of brackets"),
        ("[[rules]]", "'rules' is unknown"),
        (RULE + "project = ['p1']", "rule 1 has 'project'"),
        (RULE + RULE.replace("people", "peple"), "rule 2 has 'peple'"),
        ('[[rule]]\nrole = "reader"', "rule 1 is for nobody"),
        ('[[rule]]\npeople = []\nrole = "reader"', "rule 1 is for nobody"),
        ('[[rule]]\npeople = "a@b.c"\nrole = "reader"', "people is a list"),
        ('[[rule]]\npeople = ["a@b.c", ""]\nrole = "reader"', "people is a list"),
        ('[[rule]]\npeople = ["a@b.c"]', "rule 1 needs a role"),
        ('[[rule]]\npeople = ["a@b.c"]\nrole = "root"', "rule 1 needs a role"),
        ('[[rule]]\npeople = ["a@b.c"]\nrole = ["reader"]', "rule 1 needs a role"),
        (RULE + 'projects = ["*"]', "without brackets"),
        (RULE + "projects = 7", "projects is a list"),
        (RULE.replace("reader", "admin") + 'projects = ["p1"]', "an admin sees everything"),
        ('[[rule]]\ndomains = ["@acme.com"]\nrole = "reader"', "write acme.com"),
        ('[[rule]]\ndomains = ["com"]\nrole = "reader"', "write acme.com"),
        (RULE.replace("a@b.c", "a@b\u2060.c"), r"rule 1: 'a@b\\u2060.c' has spaces around it or"),
        (RULE.replace("a@b.c", "a@b.c "), "spaces around it or invisible"),
        (RULE + RULE.replace("reader", "analyst").replace("a@b.c", "A@B.C"), "rules 1 and 2"),
        (RULE + "[limits]\nquestions = 0", "questions is a whole number"),
        (RULE + "[limits]\nquestions = true", "questions is a whole number"),
        (RULE + "[limits]\nrows = 5", r"\[limits\] has only these"),
        ("limits = 7", r"\[limits\] has only these"),
    ],
)
def test_a_wrong_file_is_refused_with_its_rule_and_what_to_write(text, says):
    with pytest.raises(ConfigError, match=says):
        parse(text)


def test_limits_are_those_of_the_file():
    assert parse("[limits]\nquestions = 2\nfetch_days = 30").limits == Limits(2, 30)
    assert parse("").limits == Limits()
