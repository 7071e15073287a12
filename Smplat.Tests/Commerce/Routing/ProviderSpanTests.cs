using System.Collections.Concurrent;
using System.Diagnostics;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Platform.Observability;
using Smplat.Tests.Commerce.Confirmation;
using Smplat.Tests.Commerce.Support;

namespace Smplat.Tests.Commerce.Routing;

/// <summary>A trace shows each provider's part of a request.</summary>
public sealed class ProviderSpanTests
{
    [Test]
    public async Task Each_quote_and_each_confirmation_is_a_span_below_its_request()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == SmplatTelemetry.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        var (mealMe, kroger) = ConfirmCalls.Vendors();
        kroger.Fail(ProviderFailure.Http(ProviderId.KrogerApi, 401));
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger);

        var body = await app.RouteAsync(Baskets.Three(",\"userId\":\"u1\""));
        await app.ConfirmAsync(body.GetProperty("confirmationToken").GetString()!);

        var request = spans.Single(span => (string?)span.GetTagItem("smplat.request_id") == body.GetProperty("requestId").GetString());
        var quotes = spans.Where(span => span.ParentSpanId == request.SpanId).ToDictionary(span => span.DisplayName);
        Assert.That(quotes.Keys, Is.SupersetOf(new[] { "quote MEALME", "quote KROGER_API" }));
        Assert.That(quotes["quote MEALME"].GetTagItem("outcome"), Is.EqualTo("success"));
        Assert.That(quotes["quote KROGER_API"].GetTagItem("outcome"), Is.EqualTo("HTTP_401"));
        Assert.That(quotes["quote KROGER_API"].Status, Is.EqualTo(ActivityStatusCode.Error));
        Assert.That(spans.Any(span => span.DisplayName == "confirm MEALME"), Is.True);
    }
}
