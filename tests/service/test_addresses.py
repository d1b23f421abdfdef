"""What a URL says, and which addresses are public."""

from __future__ import annotations

import ipaddress

import pytest

from buem.errors import InputError
from buem.service.addresses import not_global, read_url


@pytest.mark.parametrize(
    ("url", "host", "port", "resource", "authority"),
    [
        pytest.param("https://example.com", "example.com", 443, "/", "example.com", id="bare"),
        pytest.param("http://example.com/a/b?c=d&e", "example.com", 80, "/a/b?c=d&e", "example.com", id="query"),
        pytest.param("https://Example.COM./x", "example.com", 443, "/x", "example.com", id="case and closing dot"),
        pytest.param("https://example.com:8443/x", "example.com", 8443, "/x", "example.com:8443", id="port"),
        pytest.param("http://example.com:80/", "example.com", 80, "/", "example.com", id="the scheme's own port"),
        pytest.param("https://[2606:4700::1]/", "2606:4700::1", 443, "/", "[2606:4700::1]", id="IPv6"),
        pytest.param("https://[2606:4700::1]:81/", "2606:4700::1", 81, "/", "[2606:4700::1]:81", id="IPv6 and port"),
        pytest.param("https://1.1.1.1/", "1.1.1.1", 443, "/", "1.1.1.1", id="IPv4"),
        pytest.param("https://xn--bcher-kva.example/", "xn--bcher-kva.example", 443, "/", "xn--bcher-kva.example",
                     id="punycode"),
        pytest.param("https://a_b.example/%2e%2e?q=%0d", "a_b.example", 443, "/%2e%2e?q=%0d", "a_b.example",
                     id="escapes stay as they are"),
    ],
)
def test_read_url(url, host, port, resource, authority):
    target = read_url(url)
    assert (target.host, target.port, target.resource, target.authority) == (host, port, resource, authority)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param("", "1 to 2048 characters", id="empty"),
        pytest.param("http://example.com/" + "a" * 2048, "1 to 2048 characters", id="long"),
        pytest.param("ftp://example.com/", "an http or https URL", id="ftp"),
        pytest.param("file:///etc/passwd", "an http or https URL", id="file"),
        pytest.param("//example.com/", "an http or https URL", id="no scheme"),
        pytest.param("https://user@example.com/", "without a user name", id="user"),
        pytest.param("https://example.com@127.0.0.1/", "without a user name", id="name as user"),
        pytest.param("https://@example.com/", "without a user name", id="empty user"),
        pytest.param("https://example.com/#@evil", "a fragment", id="fragment"),
        pytest.param("https://exa%6dple.com/", "a percent sign", id="percent in the host"),
        pytest.param("https://[fe80::1%25eth0]/", "a percent sign", id="zone"),
        pytest.param("https://example.com\\@127.0.0.1/", "without a backslash", id="backslash"),
        pytest.param("https://exa\tmple.com/", "printable ASCII", id="tab that urlsplit drops"),
        pytest.param("https://example.com/\r\nHost: x", "printable ASCII", id="line break"),
        pytest.param(" https://example.com/", "printable ASCII", id="blank in front"),
        pytest.param("https://ex\u0430mple.com/", "printable ASCII", id="Cyrillic"),
        pytest.param("https://127\u3002000.0.1/", "printable ASCII", id="ideographic dot"),
        pytest.param("https://", "a host name", id="no host"),
        pytest.param("https://./", "a host name", id="a dot"),
        pytest.param("https://a..b/", "a host name", id="an empty label"),
        pytest.param("https://-a.example/", "a host name", id="hyphen first"),
        pytest.param("https://" + "a" * 64 + ".example/", "a host name", id="long label"),
        pytest.param("https://" + "a." * 130 + "example/", "a host name", id="long name"),
        pytest.param("https://127.1/", "four decimal numbers", id="short IPv4"),
        pytest.param("https://0177.0.0.1/", "four decimal numbers", id="octal IPv4"),
        pytest.param("https://0x7f.0.0.1/", "four decimal numbers", id="hexadecimal start"),
        pytest.param("https://127.0.0.0x1/", "four decimal numbers", id="hexadecimal end"),
        pytest.param("https://2130706433/", "four decimal numbers", id="one number"),
        pytest.param("https://999.1.1.1/", "four decimal numbers", id="out of range"),
        pytest.param("https://[::1/", "a port of 1 to 65535", id="open bracket"),
        pytest.param("https://[example.com]/", "a host", id="name in brackets"),
        pytest.param("https://[127.0.0.1]/", "a host", id="IPv4 in brackets"),
        pytest.param("https://example.com:0/", "a port of 1 to 65535", id="port 0"),
        pytest.param("https://example.com:/", "a port of 1 to 65535", id="no port after the colon"),
        pytest.param("https://example.com:65536/", "a port of 1 to 65535", id="port too high"),
        pytest.param("https://example.com:8o/", "a port of 1 to 65535", id="port of letters"),
    ],
)
def test_read_url_refuses(url, expected):
    with pytest.raises(InputError, match=r"^\$\.webhook\.url: ") as refused:
        read_url(url, "$.webhook.url")
    assert expected in str(refused.value)
    assert refused.value.problems[0].code == "INVALID_URL"


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("0.0.0.0", "unspecified"), ("10.255.255.255", "private"), ("100.64.0.1", "shared by carriers"),
        ("127.0.0.1", "loopback"), ("169.254.169.254", "link-local"), ("172.16.0.1", "private"),
        ("172.31.255.255", "private"), ("192.0.0.8", "of a protocol"), ("192.0.2.1", "for documentation"),
        ("192.88.99.1", "of a 6to4 relay"), ("192.168.1.1", "private"), ("198.19.255.255", "for benchmarks"),
        ("198.51.100.7", "for documentation"), ("203.0.113.7", "for documentation"), ("224.0.0.1", "multicast"),
        ("239.255.255.250", "multicast"), ("240.0.0.1", "reserved"), ("255.255.255.255", "reserved"),
        ("168.63.129.16", "of a cloud's host"),
        ("::", "unspecified"), ("::1", "loopback"), ("::ffff:127.0.0.1", "a mapped IPv4 address"),
        ("::ffff:8.8.8.8", "a mapped IPv4 address"), ("::7f00:1", "a compatible IPv4 address"),
        ("64:ff9b::7f00:1", "of NAT64"), ("64:ff9b:1::a00:1", "of NAT64"), ("100::1", "for discard"),
        ("2001::1", "of Teredo"), ("2001:2::1", "of a protocol"), ("2001:db8::1", "for documentation"),
        ("2002:7f00:1::", "of 6to4"), ("3fff::1", "for documentation"), ("5f00::1", "of segment routing"),
        ("fc00::1", "private"), ("fd00:ec2::254", "private"), ("fe80::1", "link-local"), ("fec0::1", "site-local"),
        ("ff02::1", "multicast"), ("4000::1", "not assigned"), ("1::1", "not assigned"),
        ("2a00:1450::5efe:a00:1", "of ISATAP"), ("2a00:1450::200:5efe:a00:1", "of ISATAP"),
        ("2a00:1450::1%eth0", "of one link"),
    ],
)
def test_not_global(address, kind):
    assert not_global(ipaddress.ip_address(address)) == kind


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0",
     "192.167.255.255", "223.255.255.255", "2606:4700:4700::1111", "2001:4860:4860::8888", "2a00:1450:4001::2003"],
)
def test_global(address):
    assert not_global(ipaddress.ip_address(address)) is None


def test_python_calls_nothing_global_that_we_refuse_to_see():
    """Whatever `ipaddress` of this release holds for private or multicast, the tables refuse as well."""
    networks = ["0.0.0.0/8", "10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16",
                "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4", "fc00::/7", "fe80::/10", "ff00::/8", "2001:db8::/32"]
    for network in map(ipaddress.ip_network, networks):
        for number in (0, network.num_addresses // 3, network.num_addresses - 1):
            address = network[number]
            assert not address.is_global or address.is_multicast
            assert not_global(address) is not None
