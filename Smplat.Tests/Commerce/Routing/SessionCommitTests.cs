using System.Net;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Commerce.Routing;
using Smplat.Tests.Commerce.Support;

namespace Smplat.Tests.Commerce.Routing;

public sealed class SessionCommitTests
{
    [Test]
    public async Task The_session_is_committed_before_the_answer_and_holds_only_the_hash_of_the_token()
    {
        await using var app = await RouterFixture.StartAsync();

        var body = await app.RouteAsync(Baskets.Three(""","userId":"u1" """));

        var token = body.GetProperty("confirmationToken").GetString()!;
        await using var connection = await app.Database.OpenConnectionAsync();
        var row = await connection.QuerySingleAsync(new CommandDefinition(
            """
            select status, user_id, winner_provider_id, items_count, jsonb_array_length(quotes) as quotes,
                quotes -> 0 -> 'quote' -> 'quote' ->> 'totalCents' as total, weights ->> 'price' as price,
                expires_at - created_at as lifetime, routing_sessions::text as everything
            from commerce.routing_sessions where token_sha256 = @Hash
            """,
            new { Hash = ConfirmationToken.Hash(token) }));
        Assert.That(((string)row.status, (string)row.user_id, (string)row.winner_provider_id, (int)row.items_count, (int)row.quotes), Is.EqualTo(
            ("pending", "u1", "WALMART_API", 3, 4)));
        Assert.That((string)row.total, Is.EqualTo("7209"));
        Assert.That((TimeSpan)row.lifetime, Is.EqualTo(TimeSpan.FromMinutes(15)));
        Assert.That((string)row.everything, Does.Not.Contain(token).And.Not.Contain(token[^22..]));
    }

    [Test]
    public async Task Many_orders_at_once_all_have_their_session()
    {
        await using var app = await RouterFixture.StartAsync();

        var bodies = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => app.RouteAsync(Baskets.One(), RouterFixture.Key)));

        await using var connection = await app.Database.OpenConnectionAsync();
        var stored = await connection.QueryAsync<byte[]>(new CommandDefinition("select token_sha256 from commerce.routing_sessions"));
        Assert.That(
            stored.Select(Convert.ToHexString),
            Is.EquivalentTo(bodies.Select(body => Convert.ToHexString(ConfirmationToken.Hash(body.GetProperty("confirmationToken").GetString()!)))));
    }

    [Test]
    public async Task While_the_session_cannot_be_stored_no_decision_is_answered_and_routing_recovers_afterwards()
    {
        await using var app = await RouterFixture.StartAsync();
        await using var connection = await app.Database.OpenConnectionAsync();
        await connection.ExecuteAsync(new CommandDefinition("alter table commerce.routing_sessions rename to away"));

        var (status, body) = await app.PostAsync("loopgpt_route_order", Baskets.One());
        await connection.ExecuteAsync(new CommandDefinition("alter table commerce.away rename to routing_sessions"));
        var (recovered, _) = await app.PostAsync("loopgpt_route_order", Baskets.One());

        Assert.That(status, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(body.GetProperty("error").GetProperty("code").GetString(), Is.EqualTo("STORAGE_UNAVAILABLE"));
        Assert.That(recovered, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task A_slow_database_is_a_503_within_seconds()
    {
        await using var app = await RouterFixture.StartAsync();
        await using var connection = await app.Database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync(new CommandDefinition("lock table commerce.routing_sessions", transaction: transaction));

        var (status, body) = await app.PostAsync("loopgpt_route_order", Baskets.One());

        Assert.That(status, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(body.GetProperty("error").GetProperty("code").GetString(), Is.EqualTo("STORAGE_UNAVAILABLE"));
    }

    [Test]
    public async Task One_bad_row_does_not_prevent_the_commit_of_the_others()
    {
        await using var app = await RouterFixture.StartAsync();
        var writer = app.Services.GetRequiredService<SessionWriter>();
        var good = Session("good");
        var bad = Session("bad") with { ItemsCount = 0 };

        var results = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(n => writer.CommitAsync(n == 7 ? bad : good with { Id = Guid.NewGuid(), TokenHash = ConfirmationToken.Hash($"t{n}") }, default)));

        Assert.That(results.Count(committed => committed), Is.EqualTo(19));
        Assert.That(results[7], Is.False);
    }

    [Test]
    public async Task Sessions_waiting_when_the_app_stops_are_still_committed()
    {
        var app = await RouterFixture.StartAsync();
        var writer = app.Services.GetRequiredService<SessionWriter>();
        var commits = Enumerable.Range(0, 50)
            .Select(n => writer.CommitAsync(Session("s") with { Id = Guid.NewGuid(), TokenHash = ConfirmationToken.Hash($"t{n}") }, default)).ToArray();

        await app.DisposeAsync();

        Assert.That(await Task.WhenAll(commits), Is.All.True);
    }

    private static RoutingSession Session(string name)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new RoutingSession
        {
            Id = Guid.NewGuid(),
            TokenHash = ConfirmationToken.Hash(name),
            RequestId = "req_1_a",
            WinnerProviderId = "MEALME",
            Quotes = "[]",
            Request = "{}",
            ItemsCount = 1,
            RequestHash = "h",
            AddressHash = "a",
            Preference = "balanced",
            Weights = "{}",
            CreatedAt = now,
            ExpiresAt = now.AddMinutes(15),
        };
    }
}
