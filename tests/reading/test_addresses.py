"""What an address says: its page, and the campaign behind it."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dyntube.reading.addresses import Address, PageRules, page, read
from dyntube.reading.text import clean

RULES = PageRules((("learn.example", ("#",)), ("shop.example", ("p", "id"))))


@pytest.mark.parametrize(
    "address",
    [
        "https://www.example.com/p",
        "https://www.example.com/p?fbclid=1",
        "https://example.com/p/",
        "https://example.com/p#x",
        "http://EXAMPLE.com:80/p",
        "https://example.com.:443/p//",
        "//example.com/p",
        "example.com/p?utm_source=x",
        "https://ann:secret@example.com/p",
        "https://example.com/p;jsessionid=0A1B?x=1",
        " https://example.com/p\n",
    ],
)
def test_one_page_has_one_name_however_it_was_reached(address: str) -> None:
    assert page(address) == "example.com/p"


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://example.com", "example.com"),
        ("https://example.com/", "example.com"),
        ("https://example.com:8443/p", "example.com:8443/p"),
        ("https://example.com:99999/p", "example.com/p"),
        ("https://example.com/P", "example.com/P"),
        ("https://example.com/caf%C3%A9/cafe%CC%81", "example.com/café/café"),
        ("https://example.com/a%2Fb%3Fc%23d%25", "example.com/a%2Fb%3Fc%23d%25"),
        ("https://example.com/%FF", "example.com/%FF"),
        ("https://bücher.example/x", "xn--bcher-kva.example/x"),
        ("https://[2001:DB8::1]:8080/x", "[2001:db8::1]:8080/x"),
        ("https://[bad/x", "https://[bad/x"),
        ("about:blank", "about:blank"),
        ("android-app://com.example/", "com.example"),
        ("localhost:3000/p", "localhost:3000/p"),
        ("/p/?x", "/p"),
        ("hello world", "hello world"),
        ("https://example.com/?p=12", "example.com"),
        ("https://shop.example/?p=12&fbclid=1", "shop.example?p=12"),
        ("https://www.shop.example/x/?ID=7&q=1&p=12", "shop.example/x?p=12&id=7"),
        ("https://de.learn.example/#/lesson/3", "de.learn.example#/lesson/3"),
        ("https://learn.example/?p=12", "learn.example"),
    ],
)
def test_a_page_is_host_and_path_and_what_a_sites_rule_keeps(address: str, name: str) -> None:
    assert page(address, RULES) == name


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", Address()),
        (
            "utm_source=News%20Letter&utm_medium=EMAIL&utm_campaign=Spring+Sale&utm_term=a+b"
            "&utm_content=top",
            Address(None, "news letter", "email", "Spring Sale", "a b", "top"),
        ),
        ("gclid=1", Address(source="google")),
        ("x=1&fbclid=2", Address(source="facebook")),
        ("msclkid=3", Address(source="bing")),
        ("gclid=1&utm_source=Partner", Address(source="partner")),
        ("gclid=1&utm_source=%20", Address(source="google")),
        ("gclid=&utm_medium=cpc", Address(medium="cpc")),
        ("UTM_Source=a&utm_source=b", Address(source="a")),
        ("a=1&amp;utm_campaign=x", Address(name="x")),
        ("utm_source=cafe%CC%81%00", Address(source="café")),
        ("utm_campaign", Address()),
    ],
)
def test_campaigns_come_from_the_query(query: str, said: Address) -> None:
    found = read(f"https://example.com/p?{query}")

    assert found.page == "example.com/p"
    assert (found.source, found.medium, found.name) == (said.source, said.medium, said.name)
    assert (found.term, found.content) == (said.term, said.content)


@example("0\r/")
@given(st.text() | st.builds("https://{}/{}?{}#{}".format, *[st.text()] * 4))
def test_any_text_gives_a_page_that_can_be_shown(text: str) -> None:
    found = page(text)

    assert len(found) <= 500
    assert clean(found) == found


@given(st.text(max_size=40), st.text(max_size=9), st.text(max_size=9))
def test_a_page_gives_itself(path: str, query: str, fragment: str) -> None:
    found = page(f"https://a.example/{path}?{query}#{fragment}")

    assert found.startswith("a.example")
    assert page(found) == found


def test_of_two_rules_the_longer_domain_counts() -> None:
    rules = PageRules((("example.com", ("id",)), ("shop.example.com", ("p",))))

    assert page("https://shop.example.com/?p=1&id=2", rules) == "shop.example.com?p=1"
    assert page("https://www.example.com/?p=1&id=2", rules) == "example.com?id=2"
