using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Smplat.Core.Trust;
using Smplat.Tests.Support;

namespace Smplat.Tests.Trust;

/// <summary>Every data set of the vectors over HTTP, read from the tasks and then from the hourly sums.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class TrustVectorTests
{
    private static readonly string[] Compared =
        ["value", "sample_size", "formatted_value", "freshness_window_minutes", "verification_state", "unsupported_guard", "percentile_bands"];

    [Test]
    public async Task A_set_resolves_to_the_expected_metrics(
        [ValueSource(typeof(TrustVectors), nameof(TrustVectors.DatasetIds))] string id, [Values] bool isRolledUp)
    {
        var dataset = TrustVectors.Dataset(id);
        var clock = new FixedClock(dataset.GetProperty("now").GetDateTimeOffset());
        await using var app = await SmplatApp.StartAsync(adjust: builder => UseClock(builder, clock));
        await new TrustRows(app.OwnDatabase!.DataSource).InsertSetAsync(dataset.GetProperty("rows"));
        if (isRolledUp)
        {
            await TrustMetricFixture.RollUpAsync(app.Services.GetRequiredService<TrustRollupStore>());
        }

        var expected = dataset.GetProperty("expected").EnumerateObject().ToList();
        var answer = await app.Client.PostAsJsonAsync("/api/v1/trust/experiences", new
        {
            slug = "checkout",
            metrics = expected.Select(metric => new { metric_id = metric.Name }),
        });
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();

        Assert.That((int)answer.StatusCode, Is.EqualTo(200), body.GetRawText());
        var metrics = body.GetProperty("metrics").EnumerateArray().ToList();
        using (Assert.EnterMultipleScope())
        {
            for (var index = 0; index < expected.Count; index++)
            {
                Assert.That(metrics[index].GetProperty("metric_id").GetString(), Is.EqualTo(expected[index].Name));
                Compare(expected[index].Value, metrics[index], expected[index].Name);
            }
        }
    }

    private static void UseClock(FunctionsApplicationBuilder builder, TimeProvider clock) =>
        builder.Services.Replace(ServiceDescriptor.Singleton(clock));

    private static void Compare(JsonElement expected, JsonElement actual, string path)
    {
        foreach (var name in Compared)
        {
            Same(expected.GetProperty(name), actual.GetProperty(name), $"{path}.{name}");
        }

        Same(expected.GetProperty("metadata"), actual.GetProperty("metadata"), $"{path}.metadata");
        if (expected.TryGetProperty("alerts_as_described", out var alerts))
        {
            Same(alerts, actual.GetProperty("alerts"), $"{path}.alerts");
            Same(expected.GetProperty("forecast"), actual.GetProperty("forecast"), $"{path}.forecast");
            var copy = actual.GetProperty("fallback_copy");
            Assert.That(string.IsNullOrEmpty(copy.GetString()), Is.EqualTo(alerts.GetArrayLength() == 0), $"{path}.fallback_copy");
        }
    }

    /// <summary>Everything expected is present; numbers within the tolerance, times compared as instants.</summary>
    private static void Same(JsonElement expected, JsonElement actual, string path)
    {
        switch (expected.ValueKind)
        {
            case JsonValueKind.Object when actual.ValueKind == JsonValueKind.Object:
                foreach (var member in expected.EnumerateObject())
                {
                    Same(member.Value, actual.GetProperty(member.Name), $"{path}.{member.Name}");
                }

                break;
            case JsonValueKind.Array when actual.ValueKind == JsonValueKind.Array:
                Assert.That(actual.GetArrayLength(), Is.EqualTo(expected.GetArrayLength()), path);
                foreach (var (one, other) in expected.EnumerateArray().Zip(actual.EnumerateArray()))
                {
                    Same(one, other, path);
                }

                break;
            case JsonValueKind.Number when actual.ValueKind == JsonValueKind.Number:
                Assert.That(actual.GetDouble(), Is.EqualTo(expected.GetDouble()).Within(TrustVectors.Tolerance), path);
                break;
            case JsonValueKind.String when IsInstant(expected, out var instant):
                Assert.That(actual.GetDateTimeOffset(), Is.EqualTo(instant), path);
                break;
            default:
                Assert.That(actual.GetRawText(), Is.EqualTo(expected.GetRawText()), path);
                break;
        }
    }

    private static bool IsInstant(JsonElement element, out DateTimeOffset instant) => DateTimeOffset.TryParseExact(
        element.GetString(), "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out instant);
}
