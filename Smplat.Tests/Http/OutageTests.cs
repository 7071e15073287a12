using System.Net;
using System.Text.Json;
using Smplat.Tests.Support;

namespace Smplat.Tests.Http;

/// <summary>The database is down, at startup and while serving; the app says so and recovers.</summary>
[NonParallelizable]
public sealed class OutageTests
{
    [Test]
    public async Task With_the_database_down_at_startup_the_app_answers_503_and_recovers_without_a_restart()
    {
        var postgres = await TestPostgres.StartOwnAsync();
        await using var _ = postgres;
        var address = postgres.ConnectionString();
        await postgres.StopAsync();
        await using var app = await SmplatApp.StartAsync(new Dictionary<string, string> { ["SMPLAT_DATABASE"] = address });

        var away = await app.Client.GetAsync("/api/v1/operators/jobs");
        var readiness = await ComponentAsync(app, "database");
        await postgres.StartAsync();

        Assert.That(away.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(await away.Content.ReadAsStringAsync(), Does.Contain("database is not responding"));
        Assert.That(away.Headers.RetryAfter, Is.Not.Null);
        Assert.That(readiness, Is.EqualTo("error"));
        await Eventually.BecomesTrueAsync(
            async () => (await app.Client.GetAsync("/api/v1/operators/jobs")).IsSuccessStatusCode, "the app recovers", TimeSpan.FromSeconds(60));
        await Eventually.BecomesTrueAsync(
            async () => await ComponentAsync(app, "database") == "ready", "readiness recovers", TimeSpan.FromSeconds(60));
    }

    [Test]
    public async Task With_the_database_killed_while_serving_the_app_answers_503_and_recovers()
    {
        await using var postgres = await TestPostgres.StartOwnAsync();
        await using var app = await SmplatApp.StartAsync(new Dictionary<string, string> { ["SMPLAT_DATABASE"] = postgres.ConnectionString() });
        var before = await app.Client.GetAsync("/api/v1/operators/jobs");

        await postgres.KillAsync();
        var away = await app.Client.GetAsync("/api/v1/operators/jobs");
        await postgres.StartAsync();

        Assert.That(before.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(away.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        await Eventually.BecomesTrueAsync(
            async () => (await app.Client.GetAsync("/api/v1/operators/jobs")).IsSuccessStatusCode, "the app recovers", TimeSpan.FromSeconds(60));
    }

    private static async Task<string?> ComponentAsync(SmplatApp app, string name)
    {
        using var document = JsonDocument.Parse(await app.Client.GetStringAsync("/api/v1/health/readyz"));
        return document.RootElement.GetProperty("components").GetProperty(name).GetProperty("status").GetString();
    }
}
