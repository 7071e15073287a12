using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Security.AntiSSRF;
using Smplat.Core.Platform.Security;

namespace Smplat.Tests.Platform.Security;

/// <summary>Compared with an independent table of ranges and with the list of Microsoft.</summary>
public sealed class PrivateAddressesTests
{
    /// <summary>First and last address of each range of IANA's special-purpose registries, and of Azure's wire server.</summary>
    private static readonly (string First, string Last)[] Ranges =
    [
        ("0.0.0.0", "0.255.255.255"),
        ("10.0.0.0", "10.255.255.255"),
        ("100.64.0.0", "100.127.255.255"),
        ("127.0.0.0", "127.255.255.255"),
        ("168.63.129.16", "168.63.129.16"),
        ("169.254.0.0", "169.254.255.255"),
        ("172.16.0.0", "172.31.255.255"),
        ("192.0.0.0", "192.0.0.255"),
        ("192.0.2.0", "192.0.2.255"),
        ("192.31.196.0", "192.31.196.255"),
        ("192.52.193.0", "192.52.193.255"),
        ("192.88.99.0", "192.88.99.255"),
        ("192.168.0.0", "192.168.255.255"),
        ("192.175.48.0", "192.175.48.255"),
        ("198.18.0.0", "198.19.255.255"),
        ("198.51.100.0", "198.51.100.255"),
        ("203.0.113.0", "203.0.113.255"),
        ("224.0.0.0", "255.255.255.255"),
        ("::", "::ffff:ffff"),
        ("64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff"),
        ("100::", "100::ffff:ffff:ffff:ffff"),
        ("100:0:0:1::", "100::1:ffff:ffff:ffff:ffff"),
        ("2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff"),
        ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ];

    private static IEnumerable<TestCaseData> RangeCases => Ranges.Select(range => new TestCaseData(range.First, range.Last));

    [TestCaseSource(nameof(RangeCases))]
    public void A_range_is_private_from_first_to_last_address_and_its_neighbours_match_the_table(string first, string last)
    {
        var (family, from, to) = (IPAddress.Parse(first).AddressFamily, Number(first), Number(last));

        Assert.That(PrivateAddresses.Contains(IPAddress.Parse(first)), Is.True);
        Assert.That(PrivateAddresses.Contains(IPAddress.Parse(last)), Is.True);
        UInt128[] neighbours = [.. from == 0 ? [] : new[] { from - 1 }, .. to == Last(family) ? [] : new[] { to + 1 }];
        foreach (var neighbour in neighbours)
        {
            var address = Address(family, neighbour);
            Assert.That(PrivateAddresses.Contains(address), Is.EqualTo(Table(family, neighbour)), $"{address}");
        }

        Check.QuickThrowOnFailure(Prop.ForAll<ulong, ulong>((high, low) =>
        {
            var inside = from + (new UInt128(high, low) % (to - from + 1));
            return PrivateAddresses.Contains(Address(family, inside));
        }));
    }

    [Test]
    public void Any_address_is_private_exactly_if_the_table_says_so() => Check.QuickThrowOnFailure(Prop.ForAll<uint, ulong, ulong>((v4, high, low) =>
        PrivateAddresses.Contains(Address(AddressFamily.InterNetwork, v4)) == Table(AddressFamily.InterNetwork, v4)
        && V6AsTheTable(new UInt128(high, low))
        && V6AsTheTable(new UInt128((high >> 3) | 0x2000_0000_0000_0000, low))));

    [Test]
    public void An_address_that_embeds_another_is_judged_by_the_embedded_one() => Check.QuickThrowOnFailure(Prop.ForAll<uint, int, bool>((any, range, pickRange) =>
    {
        var inRange = Ranges[(range & int.MaxValue) % 18];
        UInt128 number = pickRange ? Number(inRange.First) + (any % (Number(inRange.Last) - Number(inRange.First) + 1)) : any;
        var v4 = Address(AddressFamily.InterNetwork, number);
        var bytes = v4.GetAddressBytes();
        var expected = Table(AddressFamily.InterNetwork, number);
        return PrivateAddresses.Contains(v4.MapToIPv6()) == expected
            && PrivateAddresses.Contains(new IPAddress([0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, .. bytes])) == expected
            && PrivateAddresses.Contains(new IPAddress([0x20, 0x02, .. bytes, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]))
            && PrivateAddresses.Contains(new IPAddress([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. bytes]));
    }));

    [TestCase("fe80::1%2")]
    [TestCase("fec0::1%2")]
    [TestCase("ff02::1%2")]
    public void A_scope_does_not_hide_an_address(string address) =>
        Assert.That(PrivateAddresses.Contains(IPAddress.Parse(address)), Is.True);

    [TestCase("8.8.8.8")]
    [TestCase("168.63.129.15")]
    [TestCase("2606:4700::1111")]
    [TestCase("2a00:1450:4001:81b::200e")]
    [TestCase("2001:4860:4860::8888")]
    public void Public_addresses_are_allowed(string address) =>
        Assert.That(PrivateAddresses.Contains(IPAddress.Parse(address)), Is.False);

    /// <summary>Shows the changes of the list when the package is updated.</summary>
    [Test]
    public void Everything_that_Microsoft_recommends_to_block_is_refused()
    {
        // For NAT64 we check the embedded IPv4 address.
        var missing = IPAddressRanges.recommendedLatest.Except(["64:ff9b::/96"]).Select(IPNetwork.Parse)
            .Where(range => !Ranges.Any(ours => Number(ours.First) <= Number($"{range.BaseAddress}")
                && IPAddress.Parse(ours.First).AddressFamily == range.BaseAddress.AddressFamily
                && Number($"{range.BaseAddress}") + ((UInt128.One << Bits(range)) - 1) <= Number(ours.Last)));

        Assert.That(missing, Is.Empty);
    }

    private static int Bits(IPNetwork range) =>
        (range.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? 32 : 128) - range.PrefixLength;

    private static bool V6AsTheTable(UInt128 number) =>
        PrivateAddresses.Contains(Address(AddressFamily.InterNetworkV6, number)) == Table(AddressFamily.InterNetworkV6, number);

    private static bool Table(AddressFamily family, UInt128 number)
    {
        // ::ffff:0:0/96 and 64:ff9b::/96 embed an IPv4 address.
        var carrier = number >> 32;
        return family == AddressFamily.InterNetworkV6 && (carrier == 0xffff || carrier == Number("64:ff9b::") >> 32)
            ? Table(AddressFamily.InterNetwork, number & uint.MaxValue)
            : Ranges.Any(range => IPAddress.Parse(range.First).AddressFamily == family
                && Number(range.First) <= number && number <= Number(range.Last));
    }

    private static UInt128 Last(AddressFamily family) => family == AddressFamily.InterNetwork ? uint.MaxValue : UInt128.MaxValue;

    private static UInt128 Number(string address)
    {
        var bytes = IPAddress.Parse(address).GetAddressBytes();
        return bytes.Length == 4 ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    private static IPAddress Address(AddressFamily family, UInt128 number)
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, number);
        return new(family == AddressFamily.InterNetwork ? bytes[12..] : bytes);
    }
}
