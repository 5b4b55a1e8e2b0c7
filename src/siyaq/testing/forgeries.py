"""Addresses by which a server could be made to fetch from inside: made from a table of our own.

Each target that is not of the open internet is written in every way that some parser takes for an
address; others are names that mean such a target, ports, schemes and authorities that mislead.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

INSIDE = (
    "127.0.0.1",
    "127.8.9.10",
    "0.0.0.0",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.100.100.200",  # metadata of a cloud
    "169.254.169.254",  # metadata of most clouds
    "169.254.170.2",
    "172.16.0.1",
    "172.31.255.254",
    "192.0.0.192",  # metadata of another
    "192.0.2.7",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.51.100.9",
    "203.0.113.5",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
)
"""Addresses that nothing outside may be led to: loopback, private, metadata, tests, multicast."""

INSIDE_6 = (
    "::", "::1", "fe80::1", "fe80::a9fe:a9fe", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1",
    "2001:db8::1", "100::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "64:ff9b:1::1",
)  # fmt: skip

NAMES = (
    "localhost", "LOCALHOST", "localhost.", "localhost.localdomain", "ip6-localhost",
    "metadata.google.internal", "metadata", "instance-data", "kubernetes.default.svc",
    "rebind.example", "router.lan", "printer.local", "db.internal",
)  # fmt: skip
"""Names that a resolver inside leads inside."""

PORTS = (0, 1, 22, 23, 25, 110, 143, 389, 445, 993, 2375, 3306, 5432, 6379, 8000, 8080, 9200, 11211)

SCHEMES = (
    "file:///etc/passwd", "gopher://127.0.0.1:6379/_INFO", "ftp://127.0.0.1/", "dict://127.0.0.1/",
    "ldap://127.0.0.1/", "data:text/plain,a", "javascript:alert(1)", "unix:///var/run/docker.sock",
    "jar:http://127.0.0.1!/", "netdoc:///etc/passwd", "ws://127.0.0.1/", "//127.0.0.1/", "http:/a",
    "http:///", "http://", "https://", "http://:80/", "/etc/passwd", "", "http://[::1", "http://]/",
    "http://[v1.a]/", "http://a b/", "http://\x00/",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Forgery:
    """One URL, and what makes it hard to see through."""

    url: str
    trick: str


def forgeries() -> Iterator[Forgery]:
    """Yield every case, each URL once."""
    seen = set[str]()
    for one in (*_numbers(), *_sixes(), *_names(), *_misleading(), *_ports(), *_schemes()):
        if one.url not in seen:
            seen.add(one.url)
            yield one


def _numbers() -> Iterator[Forgery]:
    for text in INSIDE:
        for trick, host in spellings(IPv4Address(text)):
            yield Forgery(f"http://{host}/", trick)


def spellings(address: IPv4Address) -> Iterator[tuple[str, str]]:
    """Yield the ways in which an IPv4 address is written, each with its name."""
    a, b, c, d = address.packed
    number = int(address)
    yield "dotted", str(address)
    yield "dword", str(number)
    yield "hex", hex(number)
    yield "HEX", f"0X{number:08X}"
    yield "octal", f"0{number:o}"
    yield "dotted hex", f"0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}"
    yield "dotted octal", f"0{a:o}.0{b:o}.0{c:o}.0{d:o}"
    yield "padded octal", f"000{a:o}.000{b:o}.000{c:o}.000{d:o}"
    yield "three parts", f"{a}.{b}.{c << 8 | d}"
    yield "two parts", f"{a}.{b << 16 | c << 8 | d}"
    yield "mixed", f"0x{a:x}.{b}.0{c:o}.{d}"
    yield "trailing dot", f"{address}."
    yield "full width", str(address).translate(_WIDE)
    yield "ideographic dots", str(address).replace(".", "\u3002")
    yield "percent", "".join(f"%{ord(char):02x}" for char in str(address))
    yield "mapped", f"[::ffff:{address}]"
    yield "mapped hex", f"[::ffff:{number >> 16:x}:{number & 0xFFFF:x}]"
    yield "compatible", f"[::{address}]"
    yield "translated", f"[::ffff:0:{address}]"
    yield "NAT64", f"[64:ff9b::{address}]"
    yield "6to4", f"[2002:{number >> 16:x}:{number & 0xFFFF:x}::1]"


_WIDE = {ord("0") + digit: 0xFF10 + digit for digit in range(10)}


def _sixes() -> Iterator[Forgery]:
    for text in INSIDE_6:
        address = IPv6Address(text)
        yield Forgery(f"http://[{address}]/", "IPv6")
        yield Forgery(f"http://[{address.exploded}]/", "IPv6, whole")
        yield Forgery(f"http://[{address}%25eth0]/", "IPv6 with a zone")
        yield Forgery(f"http://[{address}%eth0]:80/", "IPv6 with a zone")


def _names() -> Iterator[Forgery]:
    for name in NAMES:
        yield Forgery(f"http://{name}/", "a name of the inside")
        yield Forgery(f"https://{name}:443/", "a name of the inside")


def _misleading() -> Iterator[Forgery]:
    for inside in ("127.0.0.1", "169.254.169.254", "[::1]", "10.0.0.1"):
        for trick, form in (
            ("user", "http://example.com@{0}/"),
            ("password", "http://example.com:80@{0}/"),
            ("user of us", "http://{0}@{0}/"),
            ("empty user", "http://@{0}/"),
            ("backslash", "http://{0}\\@example.com/"),
            ("fragment", "http://{0}#@example.com/"),
            ("query", "http://{0}?@example.com/"),
            ("semicolon", "http://{0};@example.com/"),
            ("encoded at", "http://example.com%40{0}/"),
            ("space before", " http://{0}/"),
            ("tab inside", "ht\ttp://{0}/"),
            ("capitals", "HTTP://{0}/"),
            ("no slash", "http:{0}/"),
            ("three slashes", "http:///{0}/"),
            ("soft hyphen", "http://{0}\u00ad/"),
            ("bidi mark", "http://{0}\u200f/"),
        ):
            yield Forgery(form.format(inside), trick)


def _ports() -> Iterator[Forgery]:
    for port in PORTS:
        yield Forgery(f"http://public.example:{port}/", "a port")
    yield Forgery("http://public.example:443/", "a port of another scheme")
    yield Forgery("https://public.example:80/", "a port of another scheme")
    for wrong in ("-1", "65536", "99999999999", "８０", "0x50", "80a"):
        yield Forgery(f"http://public.example:{wrong}/", "no port")


def _schemes() -> Iterator[Forgery]:
    for url in SCHEMES:
        yield Forgery(url, "a scheme, or no address")
