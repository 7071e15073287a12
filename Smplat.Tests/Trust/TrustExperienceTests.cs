using System.Net.Http.Json;
using System.Text.Json;

namespace Smplat.Tests.Trust;

[Parallelizable(ParallelScope.All)]
public sealed class TrustExperienceTests
{
    private const string OnTime = "fulfillment_sla_on_time_pct";

    [Test]
    public async Task A_card_without_a_binding_shows_its_fallback_and_no_badge_and_asks_for_no_metric()
    {
        await using var trust = await TrustFixture.StartAsync();
        await WriteAsync(trust, new { performanceSnapshots = new object[] { new { label = "Since", fallbackValue = "2019" }, new { label = "Empty", fallbackValue = "–", metric = new { metricId = "" } } } });

        var experience = await ReadAsync(trust);

        foreach (var snapshot in experience.GetProperty("performanceSnapshots").EnumerateArray())
        {
            Assert.That(snapshot.GetProperty("displayValue").GetString(), Is.EqualTo(snapshot.GetProperty("fallbackValue").GetString()));
            Assert.That(snapshot.GetProperty("badge").ValueKind, Is.EqualTo(JsonValueKind.Null));
        }

        Assert.That(await trust.PurgeAsync(null), Is.Empty, "nothing was computed");
    }

    [Test]
    public async Task A_verified_value_is_shown_and_a_missing_one_falls_back()
    {
        await using var trust = await TrustFixture.StartAsync();
        await WriteAsync(trust, Snapshots());
        var missing = (await ReadAsync(trust)).GetProperty("performanceSnapshots")[0];
        Assert.That(missing.GetProperty("displayValue").GetString(), Is.EqualTo("9 in 10"));
        Assert.That(missing.GetProperty("isFallback").GetBoolean(), Is.True);
        Assert.That(missing.GetProperty("badge").GetProperty("label").GetString(), Is.EqualTo("Unavailable"));

        await CompleteOneAsync(trust);
        await trust.PurgeAsync(null);
        var verified = (await ReadAsync(trust)).GetProperty("performanceSnapshots")[0];

        Assert.That(verified.GetProperty("displayValue").GetString(), Is.EqualTo("100%"));
        Assert.That(verified.GetProperty("badge").GetProperty("label").GetString(), Is.EqualTo("Verified"));
        Assert.That(verified.GetProperty("metric").GetProperty("source").GetString(), Is.EqualTo("fulfillment"));
        Assert.That(verified.GetProperty("badge").GetProperty("details").GetRawText(), Does.Contain("Sample: 1").And.Contain("UTC"));
    }

    [Test]
    public async Task A_stale_value_is_replaced_by_the_fallback()
    {
        await using var trust = await TrustFixture.StartAsync();
        await WriteAsync(trust, Snapshots(window: 5));
        await CompleteOneAsync(trust);
        await ReadAsync(trust);
        trust.Clock.Advance(TimeSpan.FromMinutes(6));

        var stale = (await ReadAsync(trust)).GetProperty("performanceSnapshots")[0];

        Assert.That(stale.GetProperty("badge").GetProperty("label").GetString(), Is.EqualTo("Stale"));
        Assert.That(stale.GetProperty("displayValue").GetString(), Is.EqualTo("9 in 10"));
        Assert.That(stale.GetProperty("metric").GetProperty("formattedValue").GetString(), Is.EqualTo("100%"));
        Assert.That(stale.GetProperty("metric").GetProperty("freshnessMinutesLeft").GetDouble(), Is.Zero);
    }

    [Test]
    public async Task An_invalid_window_does_not_remove_the_badge()
    {
        await using var trust = await TrustFixture.StartAsync();
        await CompleteOneAsync(trust);
        await WriteAsync(trust, new
        {
            performanceSnapshots = new object[]
            {
                new { label = "a", metric = new { metricId = OnTime, freshnessWindowMinutes = 99999 } },
                new { label = "b", metric = new { metricId = "nps_trailing_30d", freshnessWindowMinutes = 60.5 } },
                new { label = "c", metric = new { metricId = "no_such_metric", freshnessWindowMinutes = "soon" } },
                new { label = "d", metric = new { metricId = "delivery_proof/kit/followers", previewState = "stale" } },
            },
        });

        var snapshots = (await ReadAsync(trust)).GetProperty("performanceSnapshots").EnumerateArray().ToList();

        Assert.That(
            snapshots.Select(snapshot => snapshot.GetProperty("badge").GetProperty("state").GetString()),
            Is.EqualTo(new[] { "fresh", "missing", "unsupported", "stale" }));
        Assert.That(snapshots[0].GetProperty("metric").GetProperty("freshnessWindowMinutes").GetInt32(), Is.EqualTo(1440));
    }

    [Test]
    public async Task A_draft_shows_the_state_chosen_by_the_editor()
    {
        await using var trust = await TrustFixture.StartAsync();
        await WriteAsync(trust, new
        {
            performanceSnapshots = new object[]
            {
                new { label = "a", metric = new { metricId = OnTime, previewState = "fresh" } },
                new { label = "b", metric = new { metricId = OnTime, previewState = "stale" } },
                new { label = "c", metric = new { metricId = OnTime } },
            },
        });
        await CompleteOneAsync(trust);

        Assert.That(await StatesAsync("?draft=true"), Is.EqualTo(new[] { "preview", "stale", "fresh" }));
        Assert.That(await StatesAsync(""), Is.EqualTo(new[] { "fresh", "fresh", "fresh" }));

        async Task<IEnumerable<string?>> StatesAsync(string query) => (await ReadAsync(trust, query))
            .GetProperty("performanceSnapshots").EnumerateArray()
            .Select(snapshot => snapshot.GetProperty("badge").GetProperty("state").GetString()).ToList();
    }

    [Test]
    public async Task The_checkout_has_a_built_in_experience_and_other_slugs_have_none()
    {
        await using var trust = await TrustFixture.StartAsync();
        await trust.Rows.ExecuteAsync("delete from checkout_trust_experiences");

        var experience = await ReadAsync(trust, "", "checkout");
        Assert.That(experience.GetProperty("version").GetString(), Is.EqualTo("fallback"));
        Assert.That(experience.GetProperty("assurancePoints").GetArrayLength(), Is.Positive);
        Assert.That((int)(await trust.App.Client.GetAsync("/api/v1/trust/experiences/other")).StatusCode, Is.EqualTo(404));
        Assert.That((int)(await trust.App.Client.GetAsync($"/api/v1/trust/experiences/{new string('x', 300)}")).StatusCode, Is.EqualTo(404));
        Assert.That((int)(await trust.App.Client.GetAsync("/api/v1/trust/experiences/checkout?environment=moon")).StatusCode, Is.EqualTo(422));
    }

    [Test]
    public async Task Empty_lists_are_filled_from_the_built_in_experience_one_by_one()
    {
        await using var trust = await TrustFixture.StartAsync();
        await WriteAsync(trust, new { assurancePoints = new[] { new { title = "Ours" } }, supportChannels = Array.Empty<object>() });

        var experience = await ReadAsync(trust);

        Assert.That(experience.GetProperty("assurancePoints")[0].GetProperty("title").GetString(), Is.EqualTo("Ours"));
        Assert.That(experience.GetProperty("assurancePoints").GetArrayLength(), Is.EqualTo(1));
        Assert.That(experience.GetProperty("supportChannels").GetArrayLength(), Is.Positive);
    }

    private static object Snapshots(int? window = null) => new
    {
        performanceSnapshots = new[]
        {
            new { label = "On time", fallbackValue = "9 in 10", metric = new { metricId = OnTime, freshnessWindowMinutes = window } },
        },
    };

    private static async Task CompleteOneAsync(TrustFixture trust)
    {
        var now = trust.Clock.GetUtcNow();
        var item = await trust.Rows.OrderAsync(now.AddDays(-1));
        await trust.Rows.TaskAsync(new { order_item_id = item, status = "completed", scheduled_at = now, completed_at = now });
    }

    private static async Task WriteAsync(TrustFixture trust, object document)
    {
        var doc = JsonSerializer.SerializeToNode(document)!.AsObject();
        doc["slug"] = "page";
        doc["environment"] = "development";
        var message = JsonSerializer.Serialize(new { collection = "checkout-trust-experiences", doc });
        Assert.That(await TrustContentTests.StatusAsync(trust, message), Is.EqualTo("stored"));
    }

    private static async Task<JsonElement> ReadAsync(TrustFixture trust, string query = "", string slug = "page")
    {
        var answer = await trust.App.Client.GetAsync($"/api/v1/trust/experiences/{slug}{query}");
        Assert.That((int)answer.StatusCode, Is.EqualTo(200));
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }
}
