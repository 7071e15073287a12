using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Scoring;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Observability;

namespace Smplat.Core.Commerce.Routing;

/// <summary>
/// Commits routing sessions in groups, so that many answers share one commit. An answer is given only after its session is
/// committed; otherwise the call fails.
/// </summary>
public sealed class SessionWriter : BackgroundService
{
    /// <summary>Decisions that may wait; above that, callers are refused at once instead of waiting for a timeout.</summary>
    public const int Capacity = 4096;

    private const int LargestGroup = 256;

    /// <summary>Longest wait of a caller, until its session is committed.</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(2);

    private readonly GroupCommit<Waiting> _group;
    private readonly RoutingSessionStore _store;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;

    public SessionWriter(RoutingSessionStore store, TimeProvider clock, ILogger<SessionWriter> logger)
    {
        (_store, _clock, _logger) = (store, clock, logger);
        _group = new(
            new()
            {
                Commit = InsertAsync,
                Settle = Settle,
                Limits = static () => new(Capacity, LargestGroup),
                IsWanted = static waiting => !waiting.IsAbandoned,
            },
            clock);
    }

    /// <returns>True once the session is committed; false when it could not be in time.</returns>
    public async Task<bool> CommitAsync(RoutingSession session, CancellationToken cancellationToken)
    {
        var waiting = new Waiting(session);
        if (!_group.TryAdd(waiting))
        {
            return false;
        }

        try
        {
            await waiting.Done.WaitAsync(MaxWait, _clock, cancellationToken);
            return waiting.Problem is null;
        }
        catch (TimeoutException)
        {
            waiting.Abandon();
            return false;
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _group.RunAsync(stoppingToken);

    private async Task InsertAsync(ArraySegment<Waiting> group, int attempt)
    {
        using var activity = StartActivity(group);
        try
        {
            await _store.InsertAsync([.. group.Select(static waiting => waiting.Session)], CancellationToken.None);
        }
        catch (Exception exception)
        {
            activity.Fail(exception);
            throw;
        }
    }

    /// <summary>The commit is part of the first request's trace and linked to the other requests that share it.</summary>
    private static Activity? StartActivity(ArraySegment<Waiting> group) => SmplatTelemetry.Activities.HasListeners()
        ? SmplatTelemetry.Activities.StartActivity(
            "commit routing sessions",
            ActivityKind.Internal,
            group[0].Cause,
            links: group.Skip(1).Select(static waiting => new ActivityLink(waiting.Cause)))
        : null;

    private void Settle(ArraySegment<Waiting> group, Exception? problem)
    {
        if (problem is not (null or OperationCanceledException))
        {
            CommerceLog.SessionsNotCommitted(_logger, group.Count, problem.GetType().Name, problem);
        }

        foreach (var waiting in group)
        {
            waiting.Settle(problem);
        }
    }

    private sealed class Waiting(RoutingSession session) : CommitTicket
    {
        public RoutingSession Session => session;

        /// <summary>The request's span.</summary>
        public ActivityContext Cause { get; } = Activity.Current?.Context ?? default;
    }
}

/// <summary>A decision as it is stored: what the confirmation needs later, and nothing that must not be kept.</summary>
public sealed record RoutingSession
{
    public required Guid Id { get; init; }

    /// <summary>SHA-256 of the confirmation token.</summary>
    public required byte[] TokenHash { get; init; }

    public required string RequestId { get; init; }

    public string? UserId { get; init; }

    public required string WinnerProviderId { get; init; }

    /// <summary>JSON array of the quotes in rank order, winner first.</summary>
    public required string Quotes { get; init; }

    /// <summary>JSON of the basket and address, for asking again; deleted with the session.</summary>
    public required string Request { get; init; }

    public required int ItemsCount { get; init; }

    /// <summary>Identifies the basket.</summary>
    public required string RequestHash { get; init; }

    public required string AddressHash { get; init; }

    public required string Preference { get; init; }

    /// <summary>JSON of the weights in effect.</summary>
    public required string Weights { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public static RoutingSession From(
        string requestId, string token, RoutingDecision decision, DateTimeOffset now, TimeSpan lifetime)
    {
        var order = decision.Order;
        var quotes = decision.Split is { } legs ? Parts(legs) : Ranked(decision);
        return new RoutingSession
        {
            Id = Guid.CreateVersion7(now),
            TokenHash = ConfirmationToken.Hash(token),
            RequestId = requestId,
            UserId = order.UserId,
            WinnerProviderId = decision.Selected.ToWire(),
            Quotes = CommerceJson.Text(quotes, RoutingJson.Default.IReadOnlyListSessionQuote),
            Request = CommerceJson.Text(order.Basket, CommerceJson.Default.QuoteRequest),
            ItemsCount = order.Basket.Items.Count,
            RequestHash = order.Basket.CartHash,
            AddressHash = HashAddress(order.Basket.Address),
            Preference = order.Preferences.OptimizeFor.ToLabel(),
            Weights = CommerceJson.Text(decision.Weights, RoutingJson.Default.ScoreWeights),
            CreatedAt = now,
            ExpiresAt = now + lifetime,
        };
    }

    private static SessionQuote[] Ranked(RoutingDecision decision)
    {
        var quotes = new SessionQuote[decision.Ranked.Count];
        for (var index = 0; index < quotes.Length; index++)
        {
            quotes[index] = SessionQuote.From(decision.Ranked[index]);
        }

        return quotes;
    }

    private static SessionQuote[] Parts(IReadOnlyList<SplitLeg> legs) =>
        [.. legs.Select((leg, number) => SessionQuote.From(leg, number))];

    private static string HashAddress(DeliveryAddress address)
    {
        var text = string.Join('\u001f', address.Street, address.City, address.State, address.PostalCode, address.Country);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToLowerInvariant())));
    }
}

/// <summary>A quote as it is stored in a session: what confirmation, failover and learning need.</summary>
/// <param name="Quote">Without its availability rows; only their counts are stored.</param>
public sealed record SessionQuote(ProviderQuote Quote, decimal Score, decimal CommissionRate, int Found, int Substituted)
{
    /// <summary>Set on the parts of a split order, in the order in which they are confirmed.</summary>
    public int? Leg { get; init; }

    /// <summary>Ids of the items of a part; null means all of the basket.</summary>
    public IReadOnlyList<string>? ItemIds { get; init; }

    [JsonIgnore]
    public ProviderId Provider => Quote.Provider.Id;

    [JsonIgnore]
    public long TotalCents => Quote.Quote.TotalCents;

    [JsonIgnore]
    public long CommissionCents => Cents.Share(TotalCents, CommissionRate);

    public static SessionQuote From(RankedQuote ranked) =>
        new(
            ranked.Quote with { ItemAvailability = [], Raw = null, Fees = [] },
            ranked.Score.WeightedTotal,
            ranked.Config.CommissionRate,
            ranked.Score.Input.Found,
            ranked.Score.Input.Substituted);

    public static SessionQuote From(SplitLeg leg, int number) =>
        new(
            leg.Quote with { ItemAvailability = [], Raw = null, Fees = [] },
            0,
            leg.Config.CommissionRate,
            leg.Quote.FoundCount,
            leg.Quote.SubstitutedCount)
        {
            Leg = number,
            ItemIds = leg.ItemIds,
        };
}

/// <summary>
/// The secret that allows its holder to confirm a decision: 128 random bits with a readable prefix. Only its hash is stored.
/// </summary>
internal static class ConfirmationToken
{
    public static string Create(DateTimeOffset now)
    {
        Span<byte> random = stackalloc byte[16];
        RandomNumberGenerator.Fill(random);
        return string.Create(CultureInfo.InvariantCulture, $"conf_{now.ToUnixTimeMilliseconds()}_{Base64Url.EncodeToString(random)}");
    }

    public static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
