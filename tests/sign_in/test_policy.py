from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest

from dyntube.errors import ConfigError, NoAccessError
from dyntube.people.person import Person
from dyntube.people.policy import Limits, Policy, parse
from dyntube.people.policy_file import PolicyFile
from dyntube.query.access import Access

NOW = dt.datetime(2026, 5, 10, 9, tzinfo=dt.UTC)
RULES = """
[[rule]]
people = ["Ada@acme.com", "17"]
role = "admin"
projects = "*"

[[rule]]
groups = ["north"]
role = "analyst"
projects = ["p1"]

[[rule]]
groups = ["south"]
role = "analyst"
channels = ["c1"]

[[rule]]
groups = ["readers"]
role = "reader"
projects = ["p1"]

[[rule]]
domains = ["acme.com"]
role = "reader"
projects = ["p9"]
"""
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
    ],
)
def test_the_most_specific_kind_of_rule_counts_and_its_rules_add_up(person, access):
    assert parse(RULES).grant(person).access == access


@pytest.mark.parametrize(
    "person",
    [
        someone(),
        someone("eve@evil.com"),
        someone("eve@acme.com.evil.com"),
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


RULE = '[[rule]]\npeople = ["a@b.c"]\nrole = "reader"\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[rule", "not TOML"),
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


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "access.toml"


def test_a_changed_file_counts_at_once(file: Path):
    file.write_text(RULES)
    rules = PolicyFile(file)
    assert len(rules.policy().rules) == 5

    file.write_text(RULE)

    assert len(rules.policy().rules) == 1


def test_a_change_that_keeps_time_and_size_counts_where_the_file_is_replaced(file: Path):
    file.write_text(RULE)
    rules = PolicyFile(file)
    assert rules.policy().grant(someone("a@b.c"))
    before = file.stat()

    other = file.with_suffix(".new")
    other.write_text(RULE.replace("a@b.c", "z@b.c"))
    os.utime(other, ns=(before.st_mtime_ns, before.st_mtime_ns))
    other.replace(file)

    assert rules.policy().grant(someone("z@b.c"))


@pytest.mark.parametrize(
    "spoil",
    [
        *("[[rule", None, b"\xff\xfe", RULE + "projects = 7"),
        *("x = " + "[" * 100_000, "x = " + "9" * 5000),
    ],
    ids=lambda spoil: repr(spoil)[:20],
)
def test_a_broken_file_leaves_the_last_good_rules_in_force_and_says_so(file: Path, spoil):
    file.write_text(RULE)
    rules = PolicyFile(file)
    assert rules.problem == ""

    if spoil is None:
        file.unlink()
    else:
        file.write_bytes(spoil if isinstance(spoil, bytes) else spoil.encode())

    assert rules.policy().grant(someone("a@b.c"))
    assert str(file) in rules.problem
    file.write_text(RULE)
    assert rules.problem == ""


@pytest.mark.parametrize("text", [None, "[[rule", ""])
def test_without_a_good_file_nobody_sees_anything(file: Path, text):
    if text is not None:
        file.write_text(text)
    rules = PolicyFile(file)

    assert rules.policy() == Policy()
    assert rules.was_good == (text == "")
    with pytest.raises(NoAccessError):
        rules.policy().grant(someone("a@b.c"))
