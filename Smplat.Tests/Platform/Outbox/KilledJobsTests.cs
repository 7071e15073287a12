using System.Globalization;
using System.Net.Http.Json;
using Dapper;
using Microsoft.Extensions.Configuration;
using Smplat.Core.Billing;
using Smplat.Core.Checkout;
using Smplat.Core.Digests;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Outbox;
using Smplat.FakeVendors.Smtp;
using Smplat.Tests.Support;

namespace Smplat.Tests.Platform.Outbox;

/// <summary>
/// Runs every job that sends messages in two apps at a time, and kills them repeatedly at random points: in the middle of
/// their own work, and at every step of the SMTP session. A job is restarted, so that it is also taken from a live run.
/// </summary>
[NonParallelizable]
public sealed class KilledJobsTests
{
    private const int Kinds = 3;

    private static readonly string[] Jobs =
    [
        RecoverySweepJob.Id, HostedRecoveryJob.Id, WeeklyDigestJob.Id, DeliverOutboxJob.Id, DeliverOutboxJob.Id, DeliverOutboxJob.Id,
    ];

    /// <summary>SMPLAT_FAULT_KILLS=300 for the long form.</summary>
    private static int Kills =>
        int.TryParse(new ConfigurationBuilder().AddEnvironmentVariables().Build()["SMPLAT_FAULT_KILLS"], out var kills) ? kills : 14;

    [Test]
    public async Task Every_message_is_sent_at_most_once_and_none_is_lost()
    {
        var people = Math.Max(20, Kills / 2);
        await using var database = await TestDatabase.CreateAsync();
        await using var server = new FakeSmtp().Start();
        await SeedAsync(database, people);
        var settings = Settings(database, server);
        var random = new Random(20260302);

        var killed = await KillAsync(server, settings, random);
        server.Reached = null;
        await SettleAsync(database, settings, people * Kinds);

        var keys = await KeysAsync(database, "true");
        var counts = server.Mails.GroupBy(mail => mail.MessageId).ToDictionary(same => same.Key, same => same.Count());
        var unknown = await KeysAsync(database, "reason = 'delivery_unknown'");
        var missing = keys.Where(key => !counts.ContainsKey(IdOf(key))).ToArray();
        TestContext.Progress.WriteLine(
            $"{killed} processes killed; {keys.Length} messages, {counts.Count} arrived, {unknown.Length} of unknown outcome, {missing.Length} of those not arrived.");
        Assert.That(keys, Has.Length.EqualTo(people * Kinds), "every job has enqueued every message once");
        Assert.That(counts.Values, Has.All.EqualTo(1), "no message was sent twice");
        Assert.That(missing, Is.SubsetOf(unknown), "a message that did not arrive is reported to an operator");

        // The runbook's step: what is missing in the mail server's log is redriven.
        await RedriveAsync(database, missing);
        await SettleAsync(database, settings, people * Kinds);

        Assert.That(server.Mails.Select(mail => mail.MessageId), Is.EquivalentTo(keys.Select(IdOf)));
    }

    private static async Task<int> KillAsync(FakeSmtp server, Dictionary<string, string> settings, Random random)
    {
        var killed = 0;
        var running = new AppProcess?[2];
        server.Reached = _ =>
        {
            lock (random)
            {
                if (random.Next(10) == 0 && Interlocked.Exchange(ref running[random.Next(2)], null) is { } hit)
                {
                    killed++;
                    EndNow(hit);
                }
            }
        };
        for (var round = 0; killed < Kills; round++)
        {
            var apps = await Task.WhenAll(running.Select(_ => AppProcess.StartAsync([.. settings.Select(setting => $"{setting.Key}={setting.Value}")])));
            apps.CopyTo(running, 0);
            using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(random.Next(700, 7000)));
            var first = round < 2 ? round * 2 : random.Next(Jobs.Length);
            await Task.WhenAll(apps.Select((app, at) => RunAsync(app, Jobs.Skip(first + at).Concat(Jobs), limit.Token)));
            for (var at = 0; at < apps.Length; at++)
            {
                killed += Interlocked.Exchange(ref running[at], null) is null ? 0 : 1;
                await apps[at].KillAsync();
                await apps[at].DisposeAsync();
            }
        }

        return killed;
    }

    private static void EndNow(AppProcess app) => _ = app.KillAsync();

    /// <summary>Restarts the jobs, one after the other, until the app is gone or the time is up.</summary>
    private static async Task RunAsync(AppProcess app, IEnumerable<string> jobs, CancellationToken cancellationToken)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = app.Url };
        try
        {
            foreach (var job in jobs)
            {
                using var answer = await client.PostAsJsonAsync($"/api/v1/operators/jobs/{job}/restart", new { triggered_by = "test" }, cancellationToken);
            }
        }
        catch (Exception gone) when (gone is HttpRequestException or OperationCanceledException)
        {
            // Killed, or out of time.
        }
    }

    /// <summary>Runs the jobs without killing them until all messages exist and none is pending, not even with a crashed sender.</summary>
    private static async Task SettleAsync(TestDatabase database, Dictionary<string, string> settings, int messages)
    {
        await using var app = await AppProcess.StartAsync([.. settings.Select(setting => $"{setting.Key}={setting.Value}")]);
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                await RunAsync(app, Jobs.Distinct(), CancellationToken.None);
                var (settled, waiting) = (
                    await KeysAsync(database, "status not in ('pending', 'sending')"), await KeysAsync(database, "status in ('pending', 'sending')"));
                TestContext.Progress.WriteLine($"{settled.Length} of {messages} settled, {waiting.Length} wait.");
                return settled.Length == messages;
            },
            $"{messages} messages settled",
            TimeSpan.FromMinutes(5));
    }

    private static Dictionary<string, string> Settings(TestDatabase database, FakeSmtp server) => new(server.Settings)
    {
        ["SMPLAT_DATABASE"] = database.ConnectionString,
        ["HOSTED_RECOVERY_WORKER_ENABLED"] = "true",
        ["WEEKLY_DIGEST_ENABLED"] = "true",
        ["CHECKOUT_RECOVERY_ENABLED"] = "true",
        ["CATALOG_JOB_SCHEDULER_ENABLED"] = "true",
        ["NOTIFICATION_LEASE_SECONDS"] = "2",
        ["NOTIFICATION_BATCH_SIZE"] = "7",
        ["NOTIFICATION_QUIET_HOURS"] = "none",
        ["NOTIFICATION_DAILY_CAP"] = "0",
        ["NOTIFICATION_COOLDOWN_MINUTES"] = "0",
        ["CHECKOUT_RECOVERY_BATCH_SIZE"] = "5",
        ["CHECKOUT_RECOVERY_HOLD_SECONDS"] = "2",
    };

    private static async Task SeedAsync(TestDatabase database, int people) => await ExecuteAsync(
        database,
        """
        insert into users (id, email, created_at)
        select gen_random_uuid(), 'p' || n || '@example.test', now() - n * interval '1 second' from generate_series(1, @people) n;
        insert into notification_preferences (user_id, marketing_messages) select id, true from users;
        insert into orders (id, order_number, user_id, status, total, created_at)
        select gen_random_uuid(), 'SM-' || email, id, 'pending', 50, now() - interval '2 hours' from users;
        insert into invoices (id, invoice_number, workspace_id, balance_due) select id, 'INV-' || email, id, 30 from users;
        insert into hosted_checkout_sessions (id, session_id, workspace_id, invoice_id, status, next_retry_at)
        select id, 'cs_' || id, id, id, 'failed', now() - interval '1 minute' from users
        """,
        new { people });

    private static Task RedriveAsync(TestDatabase database, string[] keys) => ExecuteAsync(
        database,
        "update notification_outbox set status = 'pending', reason = null, handover_at = null where idempotency_key = any(@keys)",
        new { keys });

    private static async Task ExecuteAsync(TestDatabase database, string statement, object parameters)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync(Sql.Command(statement, parameters, CancellationToken.None));
    }

    private static async Task<string[]> KeysAsync(TestDatabase database, string condition)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        var keys = await connection.QueryAsync<string>(Sql.Command(
            string.Create(CultureInfo.InvariantCulture, $"select idempotency_key from notification_outbox where {condition}"),
            null,
            CancellationToken.None));
        return [.. keys];
    }

    private static string IdOf(string key) => MessageIds.For(key, "hello@smplat.test");
}
