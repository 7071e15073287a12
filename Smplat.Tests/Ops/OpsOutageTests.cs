using Smplat.Tests.Support;

namespace Smplat.Tests.Ops;

/// <summary>The database is down: every page says so, none is empty or shows zero, and the login still works.</summary>
[NonParallelizable]
public sealed class OpsOutageTests
{
    private static readonly string[] Pages =
        ["/ops", "/ops/jobs", "/ops/jobs/retention", "/ops/queue", "/ops/queue/00000000-0000-0000-0000-000000000001", "/ops/providers", "/ops/commerce", "/ops/recovery"];

    [Test]
    public async Task A_missing_table_fails_its_panel_and_not_the_page()
    {
        await using var ops = await OpsFixture.SignedInAsync();
        await ops.App.OwnDatabase!.ExecuteAsync("alter table hosted_checkout_sessions rename to away");

        var (status, html) = await ops.OpenAsync("/ops/recovery");

        Assert.That(status, Is.EqualTo(503));
        Assert.That(html, Does.Contain("Not available.").And.Contain("event 1504"));
        Assert.That(html, Does.Contain("There are no messages with status dead."), "the other panels stand");
        Assert.That(html, Does.Not.Contain("The database is not responding"), "it does");
    }

    [Test]
    public async Task With_the_database_down_every_page_says_so_and_recovers()
    {
        await using var postgres = await TestPostgres.StartOwnAsync();
        await using var ops = await OpsFixture.StartAsync(new() { ["SMPLAT_DATABASE"] = postgres.ConnectionString() });
        await postgres.StopAsync();

        Assert.That((int)(await ops.LogInAsync(OpsFixture.OperatorKey)).StatusCode, Is.EqualTo(303), "the login needs no database");
        foreach (var path in Pages)
        {
            var (status, html) = await ops.OpenAsync(path);
            Assert.That(status, Is.EqualTo(503), path);
            Assert.That(html, Does.Contain("Not available.").And.Contain("The database is not responding."), path);
            Assert.That(html, Does.Not.Contain("<dl class=\"tiles\">"), $"{path} shows no figures");
        }

        var (switches, html200) = await ops.OpenAsync("/ops/flags");
        var act = await ops.SendAsync("/ops/banner", OpsFixture.TokenIn(html200), ("message", "x"));
        await postgres.StartAsync();

        Assert.That(switches, Is.EqualTo(200), "switches need no database");
        Assert.That((int)act.StatusCode, Is.EqualTo(503));
        Assert.That(await act.Content.ReadAsStringAsync(), Does.Contain("not known whether the action was carried out"));
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                ops.Clock.Advance(TimeSpan.FromSeconds(10));
                return (await ops.OpenAsync("/ops/queue")).Status == 200;
            },
            "the page recovers",
            TimeSpan.FromSeconds(60));
    }
}
