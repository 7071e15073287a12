using System.Globalization;
using Dapper;
using Microsoft.Extensions.Configuration;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Outbox;
using Smplat.FakeVendors.Smtp;
using Smplat.Tests.Support;

namespace Smplat.Tests.Platform.Outbox;

/// <summary>
/// Runs every job that sends messages in two real processes at a time, and kills them repeatedly at random points: in the
/// middle of their own work, and at every step of the SMTP session.
/// </summary>
[NonParallelizable]
public sealed class KilledJobsTests
{
    private const int Kinds = 3;

    private static readonly string[] Jobs =
    [
        "recovery checkout run --force", "recovery hosted run --force", "digest run --force", "notifications deliver",
        "notifications deliver", "notifications deliver",
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
        CliProcess?[] running = new CliProcess?[2];
        server.Reached = _ =>
        {
            lock (random)
            {
                if (random.Next(10) == 0)
                {
                    killed += running[random.Next(2)]?.Kill() == true ? 1 : 0;
                }
            }
        };
        for (var round = 0; killed < Kills; round++)
        {
            for (var at = 0; at < running.Length; at++)
            {
                running[at] = CliProcess.Start(round < 2 ? Jobs[(round * 2) + at] : Jobs[random.Next(Jobs.Length)], settings);
            }

            using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(random.Next(700, 7000)));
            foreach (var child in running)
            {
                await child!.EndAsync(limit.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            }

            foreach (var child in running)
            {
                killed += child!.Kill() ? 1 : 0;
                await child.EndAsync(CancellationToken.None);
                child.Dispose();
            }
        }

        return killed;
    }

    /// <summary>Runs the jobs without killing them until all messages exist and none is pending, not even with a crashed sender.</summary>
    private static Task SettleAsync(TestDatabase database, Dictionary<string, string> settings, int messages) =>
        Eventually.BecomesTrueAsync(
            async () =>
            {
                foreach (var job in Jobs.Distinct())
                {
                    using var child = CliProcess.Start(job, settings);
                    await child.EndAsync(CancellationToken.None);
                }

                var (settled, waiting) = (
                    await KeysAsync(database, "status not in ('pending', 'sending')"), await KeysAsync(database, "status in ('pending', 'sending')"));
                TestContext.Progress.WriteLine($"{settled.Length} of {messages} settled, {waiting.Length} wait.");
                return settled.Length == messages;
            },
            $"{messages} messages settled",
            TimeSpan.FromMinutes(5));

    private static Dictionary<string, string> Settings(TestDatabase database, FakeSmtp server) => new(server.Settings)
    {
        ["SMPLAT_DATABASE"] = database.ConnectionString,
        ["SMPLAT_ENVIRONMENT"] = "local",
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
