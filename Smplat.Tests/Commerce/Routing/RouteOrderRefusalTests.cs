using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Smplat.Core.Commerce.Routing;
using Smplat.Tests.Commerce.Support;

namespace Smplat.Tests.Commerce.Routing;

public sealed class RouteOrderRefusalTests
{
    [TestCase("")]
    [TestCase("nonsense")]
    [TestCase("[]")]
    [TestCase("null")]
    [TestCase("""{"items":[{"name":"a","quantity":NaN}]}""")]
    [TestCase("""{"items":[{"name":"\ud800"}],"shippingAddress":{}}""")]
    public void What_is_not_a_json_object_is_invalid_json(string json) => Expect(json, "INVALID_JSON");

    [Test]
    public void Json_that_is_nested_too_deep_is_invalid_json() =>
        Expect($$"""{"items":{{new string('[', 500)}}{{new string(']', 500)}}}""", "INVALID_JSON");

    [Test]
    public void A_member_that_is_given_twice_is_invalid_json() =>
        Expect("""{"items":["Milk"],"items":["Rice"],"shippingAddress":{"city":"SF","postalCode":"94102"}}""", "INVALID_JSON");

    [Test]
    public void The_refusal_says_where_the_json_breaks_and_repeats_nothing_of_it()
    {
        var refused = (RouteReading.Refused)RouteOrderReader.Read("{\n  \"items\": secret"u8.ToArray());

        Assert.That(refused.Refusal.Message, Is.EqualTo("The body is not valid JSON at line 2, byte 12."));
    }

    [Test]
    public void A_byte_order_mark_is_accepted() =>
        Assert.That(RouteOrderReader.Read((byte[])[0xEF, 0xBB, 0xBF, .. "{\"action\":\"health_check\"}"u8]), Is.InstanceOf<RouteReading.HealthCheck>());

    [Test]
    public void Bytes_that_are_not_text_are_invalid_json() =>
        Assert.That(
            CodeOf(RouteOrderReader.Read((byte[])[.. "{\"items\":[{\"name\":\""u8, 0xff, 0xfe, .. "\"}]}"u8])), Is.EqualTo("INVALID_JSON"));

    [TestCase("{}")]
    [TestCase("""{"action":"dance"}""")]
    [TestCase("""{"action":5}""")]
    [TestCase("""{"items":null}""")]
    public void A_call_without_items_or_a_known_action_is_an_invalid_request(string json) => Expect(json, "INVALID_REQUEST");

    [TestCase("")]
    [TestCase("5")]
    [TestCase("{}")]
    [TestCase("""{"name":""}""")]
    [TestCase("""{"name":5}""")]
    [TestCase("""{"name":"a","quantity":0}""")]
    [TestCase("""{"name":"a","quantity":-1}""")]
    [TestCase("""{"name":"a","quantity":1000}""")]
    [TestCase("""{"name":"a","quantity":1.2345}""")]
    [TestCase("""{"name":"a","quantity":1e400}""")]
    [TestCase("""{"name":"a","quantity":1e-400}""")]
    [TestCase("""{"name":"a","quantity":"NaN"}""")]
    [TestCase("""{"name":"a","quantity":"Infinity"}""")]
    [TestCase("""{"name":"a","quantity":"-2 lb"}""")]
    [TestCase("""{"name":"a","quantity":"5000 kg"}""")]
    [TestCase("""{"name":"a","quantity":true}""")]
    [TestCase("""{"name":"a","quantity":[]}""")]
    [TestCase("""{"name":"a","priceCents":-1}""")]
    [TestCase("""{"name":"a","priceCents":1.5}""")]
    [TestCase("""{"name":"a","id":""}""")]
    [TestCase("""{"name":"a","id":{}}""")]
    [TestCase("""{"name":"a","id":"x"},{"name":"b","id":"x"}""")]
    public void Wrong_items_are_invalid_items(string items) => Expect(Baskets.Of(items), "INVALID_ITEMS");

    [Test]
    public void Items_that_are_not_a_list_or_too_many_are_invalid_items()
    {
        Expect($$"""{"items":"Milk","shippingAddress":{{Baskets.Address}}}""", "INVALID_ITEMS");
        Expect(Baskets.Of(string.Join(",", Enumerable.Repeat("\"Milk\"", 201))), "INVALID_ITEMS");
        Expect(Baskets.Of($$"""{"name":"{{new string('x', 201)}}"}"""), "INVALID_ITEMS");
        Expect(Baskets.Of($$"""{"name":"a","id":"{{new string('x', 65)}}"}"""), "INVALID_ITEMS");
    }

    [TestCase("")]
    [TestCase(""","shippingAddress":"here" """)]
    [TestCase(""","shippingAddress":{"city":"","postalCode":"94102"}""")]
    [TestCase(""","shippingAddress":{"city":"SF"}""")]
    [TestCase(""","shippingAddress":{"city":"SF","postalCode":"9410"}""")]
    [TestCase(""","shippingAddress":{"city":"SF","postalCode":94102}""")]
    [TestCase(""","shippingAddress":{"city":"SF","postalCode":"94102","country":"USA"}""")]
    [TestCase(""","shippingAddress":{"city":"SF","postalCode":"94102","state":"California"}""")]
    [TestCase(""","shippingAddress":{"city":"SF","postalCode":"94102","country":7}""")]
    public void A_wrong_address_is_an_invalid_address(string address) =>
        Expect($$"""{"items":["Milk"]{{address}}}""", "INVALID_ADDRESS");

    [TestCase("""{"optimize":"cheap"}""")]
    [TestCase("""{"optimize":5}""")]
    [TestCase("""{"maxDeliveryMinutes":0}""")]
    [TestCase("""{"maxDeliveryMinutes":"45"}""")]
    [TestCase("""{"maxDeliveryMinutes":10081}""")]
    [TestCase("""{"maxPrice":-1}""")]
    [TestCase("""{"allowSplitOrders":"yes"}""")]
    [TestCase("""{"splitStrategy":"luck"}""")]
    [TestCase("[]")]
    public void Wrong_preferences_are_an_invalid_request(string preferences) =>
        Expect(Baskets.One($$""","preferences":{{preferences}}"""), "INVALID_REQUEST");

    [TestCase(""","userId":5""")]
    [TestCase(""","deliveryWindow":{"earliest":"soon"}""")]
    [TestCase(""","deliveryWindow":{"earliest":"2026-03-02T10:00:00Z","latest":"2026-03-02T09:00:00Z"}""")]
    public void Other_wrong_members_are_an_invalid_request(string members) => Expect(Baskets.One(members), "INVALID_REQUEST");

    /// <summary>Mutations of a valid body: each is read or refused, never an exception.</summary>
    [Test]
    [Prevents("H-2")]
    public void The_reader_never_throws_whatever_the_body()
    {
        var good = Encoding.UTF8.GetBytes(Baskets.Three(Baskets.Optimize("price")));
        var mutations =
            from position in Gen.Choose(0, good.Length - 1)
            from length in Gen.Choose(0, 40)
            from noise in Gen.ArrayOf(Gen.Choose(0, 255).Select(number => (byte)number))
            select (byte[])[.. good[..position], .. noise, .. good[Math.Min(good.Length, position + length)..]];

        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(3000),
            Prop.ForAll(mutations.ToArbitrary(), body => RouteOrderReader.Read(body) is not null));
    }

    private static void Expect(string json, string code) =>
        Assert.That(CodeOf(RouteOrderReader.Read(Encoding.UTF8.GetBytes(json))), Is.EqualTo(code), json);

    private static string? CodeOf(RouteReading reading) => (reading as RouteReading.Refused)?.Refusal.Code;
}
