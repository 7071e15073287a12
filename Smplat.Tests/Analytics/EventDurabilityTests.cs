using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Analytics;
using Smplat.Tests.Support;

namespace Smplat.Tests.Analytics;

/// <summary>Events under concurrency, with bad events in the same group and with a full queue.</summary>
public sealed class EventDurabilityTests
{
    [Test]
    public async Task The_same_event_sent_by_many_callers_at_once_is_stored_once()
    {
        await using var api = await AnalyticsFixture.StartAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(index => api.PostAsync(
            $$"""{"offer_slug":"a","event_type":"b","event_id":"same-{{index % 4}}"}""")));

        var statuses = answers.Select(answer => answer.Body.GetProperty("status").GetString()).ToArray();
        Assert.That(answers.Select(answer => answer.Status), Is.All.EqualTo(HttpStatusCode.Accepted));
        Assert.That(statuses.Count(status => status == "accepted"), Is.EqualTo(4));
        Assert.That(await api.CountAsync(), Is.EqualTo(4));
        Assert.That(answers.Select(answer => answer.Body.GetProperty("created_at").GetDateTimeOffset()).Distinct().Count(), Is.LessThanOrEqualTo(4));
    }

    [Test]
    public async Task Overlapping_batches_in_opposite_orders_do_not_block_each_other()
    {
        await using var api = await AnalyticsFixture.StartAsync(("ANALYTICS_WRITERS", "4"), ("ANALYTICS_GROUP_MAX_EVENTS", "1"));
        var ids = Enumerable.Range(0, 300).Select(_ => Guid.NewGuid()).ToArray();

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(index =>
            api.PostAsync(Batch(index % 2 == 0 ? ids : ids.Reverse()))));

        Assert.That(answers.Select(answer => answer.Status), Is.All.EqualTo(HttpStatusCode.Accepted));
        Assert.That(answers.Sum(answer => answer.Body.GetProperty("accepted").GetInt32()), Is.EqualTo(300));
        Assert.That(await api.CountAsync(), Is.EqualTo(300));
    }

    [TestCase(1)]
    [TestCase(10_000)]
    public async Task An_event_that_only_the_database_refuses_does_not_fail_the_others(int minCopyEvents)
    {
        await using var api = await AnalyticsFixture.StartAsync(("ANALYTICS_COPY_MIN_EVENTS", minCopyEvents.ToString(CultureInfo.InvariantCulture)));
        await api.ExecuteAsync("alter table checkout_offer_events add constraint poison check (action <> 'poison')");
        var batch = JsonSerializer.Serialize(Enumerable.Range(0, 40).Select(index =>
            new { offer_slug = "a", event_type = "b", action = index == 17 ? "poison" : "fine" }));

        var (status, body) = await api.PostAsync(batch);

        Assert.That(status, Is.EqualTo(HttpStatusCode.MultiStatus));
        Assert.That(body.GetProperty("accepted").GetInt32(), Is.EqualTo(39));
        Assert.That(body.GetProperty("results")[17].GetProperty("code").GetString(), Is.EqualTo("storage_23514"));
        Assert.That(await api.CountAsync(), Is.EqualTo(39));
        Assert.That(await api.CountAsync("offer_event_key"), Is.EqualTo(39), "the key of a refused event is not used up");
        Assert.That(await api.CountAsync("rejected_event"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_full_queue_answers_429_and_stores_nothing_of_that_request()
    {
        await using var api = await AnalyticsFixture.StartAsync(("ANALYTICS_QUEUE_MAX_EVENTS", "10"));
        await using var blocker = await api.App.OwnDatabase!.DataSource.OpenConnectionAsync();
        await using var transaction = await blocker.BeginTransactionAsync();
        await using (var command = blocker.CreateCommand())
        {
            command.CommandText = "lock table offer_event_key in exclusive mode";
            await command.ExecuteNonQueryAsync();
        }

        var waiting = Enumerable.Range(0, 10).Select(_ => api.PostAsync("""{"offer_slug":"a","event_type":"b"}""")).ToArray();
        var writer = api.App.Services.GetRequiredService<OfferEventWriter>();
        await Eventually.BecomesTrueAsync(() => writer.WaitingEvents == 10, "ten events wait");
        var (status, body) = await api.PostAsync("""{"offer_slug":"late","event_type":"b"}""");
        var wait = api.RetryAfter;
        await transaction.CommitAsync();
        var answers = await Task.WhenAll(waiting);

        Assert.That(status, Is.EqualTo(HttpStatusCode.TooManyRequests));
        Assert.That(wait?.Delta, Is.GreaterThanOrEqualTo(TimeSpan.FromSeconds(1)));
        Assert.That(body.GetProperty("code").GetString(), Is.EqualTo("analytics.queue_full"));
        Assert.That(answers.Select(answer => answer.Status), Is.All.EqualTo(HttpStatusCode.Accepted));
        Assert.That(await api.CountAsync(), Is.EqualTo(10));
    }

    [Test]
    public async Task A_commit_that_hangs_is_a_503_and_a_repetition_stores_the_event_once()
    {
        await using var api = await AnalyticsFixture.StartAsync(("ANALYTICS_WRITE_TIMEOUT_MILLISECONDS", "300"));
        const string Event = """{"offer_slug":"a","event_type":"b","event_id":"slow"}""";
        HttpStatusCode first;
        await using (var blocker = await api.App.OwnDatabase!.DataSource.OpenConnectionAsync())
        await using (var transaction = await blocker.BeginTransactionAsync())
        {
            await using var command = blocker.CreateCommand();
            command.CommandText = "lock table offer_event_key in exclusive mode";
            await command.ExecuteNonQueryAsync();
            (first, _) = await api.PostAsync(Event);
            await transaction.CommitAsync();
        }

        var (second, body) = await api.PostAsync(Event);

        Assert.That(first, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(second, Is.EqualTo(HttpStatusCode.Accepted));
        Assert.That(body.GetProperty("status").GetString(), Is.AnyOf("accepted", "duplicate"));
        Assert.That(await api.CountAsync(), Is.EqualTo(1));
    }

    private static string Batch(IEnumerable<Guid> ids) =>
        JsonSerializer.Serialize(ids.Select(id => new { offer_slug = "a", event_type = "b", event_id = id }));
}
