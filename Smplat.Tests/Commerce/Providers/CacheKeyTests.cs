using FsCheck;
using FsCheck.Fluent;
using Smplat.Core.Commerce.Providers;
using Smplat.Tests.Commerce.Support;

namespace Smplat.Tests.Commerce.Providers;

/// <summary>A cached quote may only answer the very request that it was made for.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class CacheKeyTests
{
    private static readonly RequestedItem Milk = new("1", "milk", 2, "gal", 300, "Dairy", new Dictionary<string, string> { ["brand"] = "Kroger" });

    private static readonly QuoteRequest Request = new(
        [Milk, new("2", "eggs", 12)],
        new DeliveryAddress("San Francisco", "94102", "US", "CA", "123 Main St"),
        "hash",
        new UserContext("k", "w", "i", "m", ["l"], "token"),
        new DeliveryWindow(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddHours(1)),
        "ring twice");

    [Test]
    public void Another_value_of_any_member_of_a_request_is_another_key()
    {
        var keys = Variants().Select(variant => KeyOf(variant)).Append(KeyOf(Request)).ToArray();

        Assert.That(keys, Is.Unique);
    }

    /// <summary>A new member must be part of the key, or be listed here with a variant or a reason.</summary>
    [Test]
    public void Every_member_of_a_request_is_known_to_the_key()
    {
        string[] MembersOf(Type type) => [.. type.GetProperties().Select(member => member.Name).Where(name => name != "EqualityContract").Order(StringComparer.Ordinal)];

        Assert.Multiple(() =>
        {
            Assert.That(MembersOf(typeof(QuoteRequest)), Is.EqualTo(
                new[] { "Address", "Caller", "CartHash", "Fresh", "Items", "SpecialInstructions", "User", "Window" }));
            Assert.That(MembersOf(typeof(RequestedItem)), Is.EqualTo(
                new[] { "Category", "Id", "Name", "Preferences", "PriceHintCents", "Quantity", "Unit" }));
            Assert.That(MembersOf(typeof(DeliveryAddress)), Is.EqualTo(new[] { "City", "Country", "PostalCode", "State", "Street" }));
            Assert.That(MembersOf(typeof(UserContext)), Is.EqualTo(
                new[] { "InstacartUserId", "KrogerAccessToken", "KrogerCustomerId", "LoyaltyIds", "MealMeUserId", "WalmartCustomerId" }));
            Assert.That(MembersOf(typeof(DeliveryWindow)), Is.EqualTo(new[] { "Earliest", "Latest" }));
        });
    }

    [Test]
    public void Text_moved_between_two_members_is_another_key() => Check.One(
        Config.QuickThrowOnFailure,
        Prop.ForAll<string, string, string>((one, two, three) =>
        {
            var (a, b, c) = (one ?? "", two ?? "", three ?? "");
            var first = Request with { Items = [new RequestedItem(a, b, 1, c)] };
            var second = Request with { Items = [new RequestedItem(a + b, "", 1, c)] };
            return b.Length == 0 || KeyOf(first) != KeyOf(second);
        }));

    [Test]
    public void The_same_request_has_the_same_key_whoever_asks_and_however_its_numbers_are_written() => Assert.That(
        KeyOf(Request with { Fresh = true, Caller = new AnonymousCaller("1.2.3.4"), Items = [Milk with { Quantity = 2.00m }, Request.Items[1]] }),
        Is.EqualTo(KeyOf(Request)));

    [Test]
    [Prevents("P-3")]
    public async Task A_price_hint_of_one_caller_is_no_other_caller_s_price()
    {
        await using var fixture = await VendorFixture.StartAsync();
        RequestedItem[] Basket(long? hint) => [new("1", "dragon fruit", 2, PriceHintCents: hint)];
        await fixture.QuotedAsync(ProviderId.Instacart, VendorFixture.Basket(Basket(1)));

        var other = await fixture.QuotedAsync(ProviderId.Instacart, VendorFixture.Basket(Basket(null)));

        Assert.That(other.Quote.SubtotalCents, Is.GreaterThan(2));
    }

    [Test]
    public async Task Two_addresses_of_one_postal_code_are_two_places()
    {
        await using var fixture = await VendorFixture.StartAsync();
        var first = VendorFixture.Basket();
        await fixture.QuotedAsync(ProviderId.MealMe, first);

        await fixture.QuotedAsync(ProviderId.MealMe, first with { Address = first.Address with { Street = "900 Market St" } });

        Assert.That(fixture.Vendors.MealMe.Calls.CountOf("/location/geocode/v2"), Is.EqualTo(2));
    }

    private static string KeyOf(QuoteRequest request) => CacheKey.Quote(ProviderId.Instacart, request, "US").Text;

    private static IEnumerable<QuoteRequest> Variants()
    {
        QuoteRequest With(RequestedItem item) => Request with { Items = [item, Request.Items[1]] };
        yield return With(Milk with { Id = "x" });
        yield return With(Milk with { Name = "Milk" });
        yield return With(Milk with { Quantity = 2.0001m });
        yield return With(Milk with { Unit = "qt" });
        yield return With(Milk with { PriceHintCents = 1 });
        yield return With(Milk with { PriceHintCents = null });
        yield return With(Milk with { Category = null });
        yield return With(Milk with { Category = "" });
        yield return With(Milk with { Preferences = null });
        yield return With(Milk with { Preferences = new Dictionary<string, string> { ["brand"] = "Other" } });
        yield return With(Milk with { Preferences = new Dictionary<string, string> { ["size"] = "Kroger" } });
        yield return Request with { Items = [Milk] };
        yield return Request with { Items = [Request.Items[1], Milk] };
        yield return Request with { CartHash = "other" };
        yield return Request with { SpecialInstructions = null };
        yield return Request with { Window = null };
        yield return Request with { Window = Request.Window! with { Earliest = null } };
        yield return Request with { Window = Request.Window! with { Latest = null } };
        yield return Request with { Address = Request.Address with { City = "x" } };
        yield return Request with { Address = Request.Address with { Country = "CA" } };
        yield return Request with { Address = Request.Address with { PostalCode = "x" } };
        yield return Request with { Address = Request.Address with { State = null } };
        yield return Request with { Address = Request.Address with { Street = null } };
        yield return Request with { User = null };
        yield return Request with { User = Request.User! with { KrogerCustomerId = null } };
        yield return Request with { User = Request.User! with { WalmartCustomerId = null } };
        yield return Request with { User = Request.User! with { InstacartUserId = null } };
        yield return Request with { User = Request.User! with { MealMeUserId = null } };
        yield return Request with { User = Request.User! with { KrogerAccessToken = null } };
        yield return Request with { User = Request.User! with { LoyaltyIds = null } };
        yield return Request with { User = Request.User! with { LoyaltyIds = [] } };
        yield return Request with { User = Request.User! with { LoyaltyIds = ["l", "l"] } };
    }
}
