using System.Net;
using System.Text.Json;
using Smplat.Core.Platform.Database;
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

    [TestCase("40P01", 1)]
    [TestCase("40001", 1)]
    [TestCase("55P03", 1)]
    [TestCase("57014", 5)]
    public async Task A_statement_that_the_database_gave_up_is_a_503_that_says_when_to_try_again(string sqlState, int retryAfter)
    {
        await using var app = await SmplatApp.StartAsync();
        await app.OwnDatabase!.ExecuteAsync(
            $"""
            create function give_up() returns trigger language plpgsql as $$ begin raise exception 'chosen' using errcode = '{sqlState}'; end $$;
            create trigger give_up before insert or update on incident_banner for each statement execute function give_up();
            """);

        using var refused = await app.Client.PutAsync("/api/v1/operators/banner", Banner());
        await app.OwnDatabase.ExecuteAsync("drop trigger give_up on incident_banner");
        using var again = await app.Client.PutAsync("/api/v1/operators/banner", Banner());

        Assert.That((int)refused.StatusCode, Is.EqualTo(503), await refused.Content.ReadAsStringAsync());
        Assert.That(refused.Headers.RetryAfter!.Delta, Is.EqualTo(TimeSpan.FromSeconds(retryAfter)));
        Assert.That(await refused.Content.ReadAsStringAsync(), Does.Contain("try again").And.Not.Contain("chosen"));
        Assert.That((int)again.StatusCode, Is.EqualTo(200));

        static StringContent Banner() => new("""{"message":"Late deliveries.","set_by":"test"}""");
    }

    [Test]
    public async Task A_request_before_the_migrations_have_ended_is_a_503()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        await using var app = await SmplatApp.StartAsync(
            new Dictionary<string, string> { ["SMPLAT_DATABASE"] = database.ConnectionString },
            builder => builder.Services.Remove(
                builder.Services.Single(service => service.ImplementationType == typeof(StartupMigration))),
            ticks: false);

        using var answer = await app.Client.GetAsync("/api/v1/operators/jobs");

        Assert.That((int)answer.StatusCode, Is.EqualTo(503));
        Assert.That(answer.Headers.RetryAfter, Is.Not.Null);
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("being migrated"));
    }

    private static async Task<string?> ComponentAsync(SmplatApp app, string name)
    {
        using var document = JsonDocument.Parse(await app.Client.GetStringAsync("/api/v1/health/readyz"));
        return document.RootElement.GetProperty("components").GetProperty(name).GetProperty("status").GetString();
    }
}
