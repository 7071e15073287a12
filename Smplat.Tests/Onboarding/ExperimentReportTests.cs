using System.Net;
using System.Text.Json;

namespace Smplat.Tests.Onboarding;

/// <summary>Reports over pricing experiments.</summary>
public sealed class ExperimentReportTests
{
    private OnboardingFixture _api = null!;

    [SetUp]
    public async Task StartAsync() => _api = await OnboardingFixture.StartAsync();

    [TearDown]
    public ValueTask StopAsync() => _api.DisposeAsync();

    [Test]
    public async Task Pages_can_end_within_one_event_without_losing_entries()
    {
        for (var index = 0; index < 4; index++)
        {
            await ShowAsync(await _api.AnOrderAsync(), [.. Enumerable.Range(0, 3).Select(entry => $"slug-{index}-{entry}")]);
        }

        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var (_, page) = await _api.GetAsync(
                $"/api/v1/reporting/onboarding/experiment-events?limit=5{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}");
            seen.AddRange(page.GetProperty("events").EnumerateArray().Select(entry => entry.GetProperty("slug").GetString()!));
            cursor = page.GetProperty("nextCursor").GetString();
        }
        while (cursor is not null);

        Assert.That(seen, Is.Unique);
        Assert.That(seen, Has.Count.EqualTo(12));
        Assert.That(seen[0], Does.StartWith("slug-3-"), "newest first");
    }

    [Test]
    public async Task A_time_as_cursor_gives_only_older_rows()
    {
        await ShowAsync(await _api.AnOrderAsync(), ["early"]);
        var between = DateTimeOffset.Parse(
            (await _api.RowsAsync<string>("select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")).Single(),
            System.Globalization.CultureInfo.InvariantCulture);
        await ShowAsync(await _api.AnOrderAsync(), ["late"]);

        var (_, page) = await _api.GetAsync(
            $"/api/v1/reporting/onboarding/experiment-events?cursor={Uri.EscapeDataString(between.UtcDateTime.ToString("O"))}");

        Assert.That(page.GetProperty("events").EnumerateArray().Select(entry => entry.GetProperty("slug").GetString()), Is.EqualTo(new[] { "early" }));
        Assert.That((await _api.GetAsync("/api/v1/reporting/onboarding/experiment-events?cursor=x")).Status, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
    }

    [Test]
    public async Task Conversions_sum_the_largest_currency_and_page_by_slug()
    {
        await ShowAsync(await _api.AnOrderAsync(total: 500, currency: "USD"), ["spring-offer"]);
        await ShowAsync(await _api.AnOrderAsync(total: 750, currency: "USD"), ["spring-offer"]);
        await ShowAsync(await _api.AnOrderAsync(total: 400), ["fall-offer"]);
        await ShowAsync(await _api.AnOrderAsync(total: 10), ["winter-offer"]);

        var (_, first) = await _api.GetAsync("/api/v1/reporting/onboarding/experiment-conversions?limit=2");
        var (_, second) = await _api.GetAsync("/api/v1/reporting/onboarding/experiment-conversions?limit=2&cursor=fall-offer");

        var spring = first.GetProperty("metrics")[0];
        Assert.That(spring.GetProperty("slug").GetString(), Is.EqualTo("spring-offer"));
        Assert.That(
            (spring.GetProperty("orderTotal").GetDecimal(), spring.GetProperty("orderCurrency").GetString(), spring.GetProperty("orderCount").GetInt64(),
                spring.GetProperty("journeyCount").GetInt64(), spring.GetProperty("loyaltyPoints").GetInt64()),
            Is.EqualTo((1250m, "USD", 2L, 2L, 200L)));
        Assert.That(first.GetProperty("nextCursor").GetString(), Is.EqualTo("fall-offer"));
        Assert.That(first.GetProperty("cursor").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(second.GetProperty("metrics").GetArrayLength(), Is.EqualTo(1));
        Assert.That(second.GetProperty("nextCursor").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(second.GetProperty("cursor").GetString(), Is.EqualTo("fall-offer"));
    }

    private async Task ShowAsync(Guid orderId, string[] slugs)
    {
        var (status, _) = await _api.SendAsync(
            HttpMethod.Post,
            $"/api/v1/orders/{orderId}/onboarding/pricing-experiments",
            JsonSerializer.Serialize(new { experiments = slugs.Select(slug => new { slug, variantKey = "a", featureFlagKey = "flag" }) }));
        Assert.That(status, Is.EqualTo(HttpStatusCode.Accepted));
    }
}
