using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Smplat.Core.Operators;
using Smplat.Core.Platform.Database;
using Smplat.Tests.Support;

namespace Smplat.Tests.Operators;

/// <summary>Which key opened what is on record, and no key is.</summary>
public sealed class KeyUseTests
{
    private const string Review = "/api/v1/operators/keys/review";

    private static readonly Dictionary<string, string> Keys = new()
    {
        ["SMPLAT_ENVIRONMENT"] = "production",
        ["CHECKOUT_API_KEY"] = "checkout-key-of-this-test",
        ["CHECKOUT_API_KEY_PREVIOUS"] = "previous-key-of-this-test",
        ["OPERATOR_API_KEY"] = "operator-key-of-this-test",
        ["METRICS_API_KEY"] = "metrics-key-of-this-test",
    };

    [Test]
    public async Task Uses_and_refusals_are_reported_by_key_and_scope_without_the_key_itself()
    {
        await using var app = await SmplatApp.StartAsync(Keys);
        await AskAsync(app, "/api/v1/observability/prometheus", "metrics-key-of-this-test", 2);
        await AskAsync(app, "/api/v1/operators/jobs", "checkout-key-of-this-test", 1);
        await AskAsync(app, "/api/v1/operators/jobs", "guessed-key", 3);
        await AskAsync(app, "/api/v1/operators/jobs", null, 1);
        await AskAsync(app, "/api/v1/payments/observability", "previous-key-of-this-test", 1);

        var text = await ReadAsync(app);
        var report = JsonDocument.Parse(text).RootElement;

        Assert.Multiple(() =>
        {
            Assert.That(KeyOf(report, "METRICS_API_KEY").GetProperty("uses").GetInt64(), Is.EqualTo(2));
            Assert.That(KeyOf(report, "METRICS_API_KEY").GetProperty("used_scopes")[0].GetString(), Is.EqualTo("metrics"));
            Assert.That(KeyOf(report, "CHECKOUT_API_KEY").GetProperty("is_unused").GetBoolean(), Is.True, "it opened nothing");
            Assert.That(RefusedOf(report, "checkout", "wrong_scope"), Is.EqualTo(1));
            Assert.That(RefusedOf(report, "unknown", "wrong_key"), Is.EqualTo(3));
            Assert.That(RefusedOf(report, "unknown", "no_key"), Is.EqualTo(1));
            Assert.That(text, Does.Contain("CHECKOUT_API_KEY_PREVIOUS").And.Contain("is still used"));
            Assert.That(text, Does.Not.Contain("of-this-test").And.Not.Contain("guessed-key"));
        });
    }

    [Test]
    public async Task What_two_instances_saw_adds_up_and_outlives_them()
    {
        await using var database = await TestDatabase.CreateAsync();
        var settings = new Dictionary<string, string>(Keys) { ["SMPLAT_DATABASE"] = database.ConnectionString };
        for (var instance = 0; instance < 2; instance++)
        {
            await using var app = await SmplatApp.StartAsync(settings);
            await AskAsync(app, "/api/v1/observability/prometheus", "metrics-key-of-this-test", 4);
            await app.StopAsync();
        }

        await using var reader = await SmplatApp.StartAsync(settings);

        Assert.That(KeyOf(JsonDocument.Parse(await ReadAsync(reader)).RootElement, "METRICS_API_KEY").GetProperty("uses").GetInt64(), Is.EqualTo(8));
    }

    [Test]
    public async Task A_rotated_key_is_distinguished_from_its_predecessor()
    {
        await using var database = await TestDatabase.CreateAsync();
        var settings = new Dictionary<string, string>(Keys) { ["SMPLAT_DATABASE"] = database.ConnectionString };
        await using (var before = await SmplatApp.StartAsync(settings))
        {
            await AskAsync(before, "/api/v1/observability/prometheus", "metrics-key-of-this-test", 1);
        }

        await using var after = await SmplatApp.StartAsync(new Dictionary<string, string>(settings) { ["METRICS_API_KEY"] = "another" });
        var report = JsonDocument.Parse(await ReadAsync(after)).RootElement;

        Assert.That(KeyOf(report, "METRICS_API_KEY").GetProperty("is_unused").GetBoolean(), Is.True);
        Assert.That(report.GetProperty("retired")[0].GetProperty("key_name").GetString(), Is.EqualTo("metrics"));
    }

    [TestCase("0")]
    [TestCase("401")]
    [TestCase("many")]
    public async Task An_invalid_window_is_refused(string days)
    {
        await using var app = await SmplatApp.StartAsync();

        Assert.That((int)(await app.Client.GetAsync($"{Review}?unused_days={days}")).StatusCode, Is.EqualTo(422));
    }

    [Test]
    public async Task Uses_wait_while_the_database_is_unavailable_and_days_past_retention_are_deleted()
    {
        await using var database = await TestDatabase.CreateAsync();
        var store = new KeyUseStore(database.DataSource);
        var clock = new FixedClock(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        await using var gone = Npgsql.NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Timeout=1");
        var gate = new MigrationGate();
        using var waiting = new KeyUseLog(new KeyUseStore(gone), gate, clock, NullLogger<KeyUseLog>.Instance);
        waiting.Note("metrics", "ab", "metrics", KeyUseOutcome.Opened);
        Assert.That(() => waiting.WriteAsync(CancellationToken.None), Throws.InstanceOf<Npgsql.NpgsqlException>());
        Assert.That(() => waiting.WriteAsync(CancellationToken.None), Throws.InstanceOf<Npgsql.NpgsqlException>(), "it still waits");

        using var log = new KeyUseLog(store, gate, clock, NullLogger<KeyUseLog>.Instance);
        log.Note("metrics", "ab", "metrics", KeyUseOutcome.Opened);
        await log.WriteAsync(CancellationToken.None);
        var kept = await store.DeleteBeforeAsync(new DateOnly(2026, 3, 1), CancellationToken.None);
        var gonePast = await store.DeleteBeforeAsync(new DateOnly(2026, 3, 2), CancellationToken.None);

        Assert.That((kept, gonePast), Is.EqualTo((0, 1)));
    }

    [Test]
    public async Task The_retention_job_deletes_old_uses()
    {
        await using var app = await SmplatApp.StartAsync();
        var store = app.Services.GetRequiredService<KeyUseStore>();
        var old = DateTimeOffset.UnixEpoch;
        await store.AddAsync(
            new Dictionary<KeyUseKey, KeyUseTally> { [new(new DateOnly(1970, 1, 1), "metrics", "ab", "metrics", "opened")] = new(1, old, old) },
            CancellationToken.None);

        var run = await app.Client.PostAsJsonAsync("/api/v1/operators/jobs/retention/run", new { triggered_by = "test" });

        Assert.That(await run.Content.ReadAsStringAsync(), Does.Contain("\"key_use\":1"));
    }

    private static async Task AskAsync(SmplatApp app, string route, string? key, int times)
    {
        for (var time = 0; time < times; time++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, route);
            if (key is not null)
            {
                request.Headers.Add("X-API-Key", key);
            }

            await app.Client.SendAsync(request);
        }
    }

    private static async Task<string> ReadAsync(SmplatApp app)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Review);
        request.Headers.Add("X-API-Key", "operator-key-of-this-test");
        using var answer = await app.Client.SendAsync(request);
        return await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync();
    }

    private static JsonElement KeyOf(JsonElement report, string setting) =>
        report.GetProperty("keys").EnumerateArray().Single(key => key.GetProperty("setting").GetString() == setting);

    private static long RefusedOf(JsonElement report, string key, string outcome) => report.GetProperty("refused").EnumerateArray()
        .Where(use => use.GetProperty("key_name").GetString() == key && use.GetProperty("outcome").GetString() == outcome)
        .Sum(use => use.GetProperty("uses").GetInt64());
}
