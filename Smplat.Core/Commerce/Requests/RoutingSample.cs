using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;
using Smplat.Core.Commerce.Scoring;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Commerce.Requests;

/// <summary>
/// Routing requests for the operators' pages: a day of them with failed quotes, orders and a provider that has been failing for
/// three hours, and a month of them before, thinner. Ids and draws are fixed, so that every load makes the same requests.
/// </summary>
internal sealed class RoutingSample(RoutingSampleStore store, TimeProvider clock) : ISampleData
{
    /// <summary>Random request ids have ten characters in their last part; those of samples have eleven.</summary>
    internal const string IdPart = "sample";

    internal static readonly TimeSpan Length = TimeSpan.FromDays(30);

    /// <summary>The provider that fails, and for how long it has.</summary>
    private const ProviderId Failing = ProviderId.Instacart;
    private static readonly TimeSpan FailingFor = TimeSpan.FromHours(3);

    public async Task<bool> LoadAsync(CancellationToken cancellationToken)
    {
        if (await store.IsLoadedAsync(cancellationToken))
        {
            return true;
        }

        var now = clock.GetUtcNow();
        var draws = new Random(20);
        await store.LoadAsync([.. Times(now).Select((at, number) => SampleRequest.Draw(number, at, IsFailing(at, now), draws))], now, cancellationToken);
        return true;
    }

    public Task DropAsync(DateTimeOffset loadedAt, CancellationToken cancellationToken) => store.DropAsync(loadedAt, cancellationToken);

    /// <summary>Whether a provider that is asked at this time fails, or its circuit is open.</summary>
    private static bool IsFailing(DateTimeOffset at, DateTimeOffset now) => now - at < FailingFor;

    /// <summary>Twelve requests a day for a month, one in six minutes for a day, and forty more in the last hour.</summary>
    private static IEnumerable<DateTimeOffset> Times(DateTimeOffset now) =>
        Enumerable.Range(0, 29 * 12).Select(n => now - Length + (n * TimeSpan.FromHours(2)))
            .Concat(Enumerable.Range(1, 239).Select(n => now - TimeSpan.FromDays(1) + (n * TimeSpan.FromMinutes(6))))
            .Concat(Enumerable.Range(0, 40).Select(n => now - TimeSpan.FromMinutes(60) + (n * TimeSpan.FromSeconds(88))))
            .Order();

    /// <summary>One request with all rows about it.</summary>
    internal sealed record SampleRequest
    {
        private static readonly ScoreWeights Weights = ScoreWeights.Default;

        private static readonly (ProviderId Id, int Priority, decimal Commission, int Fastest, int Spread, int Eta)[] Providers =
        [
            (ProviderId.MealMe, 50, 0.03m, 180, 240, 60), (ProviderId.Instacart, 50, 0.025m, 220, 380, 60),
            (ProviderId.KrogerApi, 52, 0.03m, 240, 420, 75), (ProviderId.WalmartApi, 52, 0.03m, 300, 700, 75),
        ];

        public required string RequestId { get; init; }

        public required IReadOnlyList<EdgeLogRow> Lines { get; init; }

        public RoutingSession? Session { get; init; }

        public SampleOrder? Order { get; init; }

        public static SampleRequest Draw(int number, DateTimeOffset at, bool isFailing, Random draws)
        {
            var requestId = string.Create(CultureInfo.InvariantCulture, $"req_{at.ToUnixTimeMilliseconds()}_{IdPart}{number:00000}");
            var items = draws.Next(2, 9);
            var basket = items * draws.Next(280, 620);
            var isOutage = number % 23 == 0;
            var lines = new List<EdgeLogRow>();
            var inputs = new List<ScoreInput>();
            foreach (var provider in Providers)
            {
                var ms = provider.Fastest + draws.Next(provider.Spread);
                if (Failure(provider.Id, isFailing, isOutage, draws) is { } failure)
                {
                    var isSkipped = failure.Code == ProviderFailureCodes.CircuitOpen;
                    lines.Add(Line(requestId, at, isSkipped ? EdgeLogEvents.ProviderSkipped : EdgeLogEvents.QuoteError) with
                    {
                        Level = isSkipped ? "warn" : "error",
                        ProviderId = isSkipped ? null : provider.Id.ToWire(),
                        LatencyMs = isSkipped ? null : failure.Code == ProviderFailureCodes.Timeout ? 4000 : ms,
                        ErrorCode = failure.Code,
                        Error = failure.Message,
                        Retryable = failure.Code != ProviderFailureCodes.NoItemsMatched,
                    });
                    continue;
                }

                var total = basket + draws.Next(-120, 180) + (provider.Id == ProviderId.MealMe ? 599 : 549);
                inputs.Add(new(provider.Id, provider.Priority, total, total, provider.Eta, items - draws.Next(2), 0, provider.Commission));
                lines.Add(Line(requestId, at, EdgeLogEvents.QuoteSuccess) with { ProviderId = provider.Id.ToWire(), LatencyMs = ms });
            }

            var took = (lines.Max(line => line.LatencyMs) ?? 0) + draws.Next(3, 12);
            var end = at.AddMilliseconds(took);
            var trace = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(requestId)).AsSpan(0, 16));
            if (inputs.Count == 0)
            {
                lines.Add(Line(requestId, at, EdgeLogEvents.Failure) with
                {
                    Level = "error",
                    ErrorCode = "NO_PROVIDERS_AVAILABLE",
                    Error = "No providers returned valid quotes (MEALME,INSTACART,KROGER_API,WALMART_API)",
                    Retryable = true,
                    TraceId = trace,
                });
                return new() { RequestId = requestId, Lines = [.. lines.Select(line => line with { Timestamp = end })] };
            }

            var ranked = Scorer.Rank(inputs, items, Weights);
            var winner = ranked[0];
            var commission = Cents.Share(winner.Input.TotalCents, winner.Input.CommissionRate);
            lines.Add(Line(requestId, at, EdgeLogEvents.Decision) with
            {
                SelectedProviderId = winner.Provider.ToWire(),
                TotalCents = winner.Input.TotalCents,
                BestAlternativeCents = ranked.Length < 2 ? null : ranked.Skip(1).Min(score => score.Input.TotalCents),
                CommissionCents = commission,
                Payload = CommerceJson.Text(Record(ranked, items), RoutingJson.Default.DecisionRecord),
            });
            lines.Add(Line(requestId, at, EdgeLogEvents.Latency) with { TotalLatencyMs = took, TraceId = trace });
            var session = SessionOf(requestId, end, ranked, items);
            var order = draws.Next(100) < 55 ? SampleOrder.Draw(number, requestId, session.Id, end, winner.Input, commission, trace, draws) : null;
            return new()
            {
                RequestId = requestId,
                Lines = [.. lines.Select(line => line with { Timestamp = end }), .. order?.Lines ?? []],
                Session = session,
                Order = order,
            };
        }

        private static (string Code, string Message)? Failure(ProviderId id, bool isFailing, bool isOutage, Random draws)
        {
            var draw = draws.Next(100);
            if (id == Failing && isFailing)
            {
                return draw < 25 || isOutage ? ("HTTP_503", "the vendor answered 503 Service Unavailable") : (ProviderFailureCodes.CircuitOpen, "circuit open after repeated failures");
            }

            return (id, draw) switch
            {
                _ when isOutage => ("HTTP_502", "the vendor answered 502 Bad Gateway"),
                (ProviderId.MealMe, < 2) => (ProviderFailureCodes.Timeout, "no answer within 4 s"),
                (ProviderId.KrogerApi, < 4) => ("HTTP_503", "the vendor answered 503 Service Unavailable"),
                (ProviderId.WalmartApi, < 3) => (ProviderFailureCodes.NoItemsMatched, "none of the items was found"),
                (ProviderId.WalmartApi, < 6) => ("HTTP_429", "the vendor answered 429 Too Many Requests"),
                _ => null,
            };
        }

        private static EdgeLogRow Line(string requestId, DateTimeOffset at, string name) =>
            new(EdgeLogEvents.RouteOrder, at, name) { RequestId = requestId };

        private static DecisionRecord Record(ScoreBreakdown[] ranked, int items)
        {
            var score = ranked[0];
            return new(
                "balanced",
                items,
                score.WeightedTotal,
                [score.PriceScore, score.SpeedScore, score.AvailabilityScore, score.MarginScore, score.ReliabilityScore],
                [.. ranked.Select(quote => DecisionQuote.From(quote.Input))]);
        }

        private static RoutingSession SessionOf(string requestId, DateTimeOffset at, ScoreBreakdown[] ranked, int items) => new()
        {
            Id = Guid.CreateVersion7(at),
            TokenHash = SHA256.HashData(Encoding.ASCII.GetBytes(requestId)),
            RequestId = requestId,
            WinnerProviderId = ranked[0].Provider.ToWire(),
            // Nobody holds the token, so the quotes are never confirmed or asked for again.
            Quotes = "[]",
            Request = "{}",
            ItemsCount = items,
            RequestHash = requestId,
            AddressHash = requestId,
            Preference = "balanced",
            Weights = CommerceJson.Text(Weights, RoutingJson.Default.ScoreWeights),
            CreatedAt = at,
            ExpiresAt = at.AddMinutes(15),
        };
    }

    /// <summary>The confirmation of a request: placed, handed off, or failed.</summary>
    internal sealed record SampleOrder
    {
        public required string OrderRef { get; init; }

        public required string RequestId { get; init; }

        public required Guid SessionId { get; init; }

        public required string ProviderId { get; init; }

        /// <summary>Null when the provider did not accept the order.</summary>
        public string? ProviderOrderId { get; init; }

        public required bool IsPlaced { get; init; }

        public required bool IsMealMe { get; init; }

        public required long TotalCents { get; init; }

        public required long CommissionCents { get; init; }

        public required int Items { get; init; }

        public required DateTimeOffset At { get; init; }

        public required DateTimeOffset FinishedAt { get; init; }

        public required int Rating { get; init; }

        public required IReadOnlyList<EdgeLogRow> Lines { get; init; }

        public static SampleOrder Draw(
            int number, string requestId, Guid session, DateTimeOffset routedAt, ScoreInput winner, long commission, string trace, Random draws)
        {
            var (at, ms, isPlaced) = (routedAt.AddSeconds(draws.Next(8, 120)), draws.Next(350, 1800), draws.Next(100) >= 6);
            var name = isPlaced ? EdgeLogEvents.ConfirmSuccess : EdgeLogEvents.ConfirmFailure;
            return new()
            {
                OrderRef = string.Create(CultureInfo.InvariantCulture, $"{IdPart}-order-{number:00000}"),
                RequestId = requestId,
                SessionId = session,
                ProviderId = winner.Provider.ToWire(),
                ProviderOrderId = isPlaced ? string.Create(CultureInfo.InvariantCulture, $"{IdPart}-{number:00000}") : null,
                IsPlaced = isPlaced,
                IsMealMe = winner.Provider == Providers.ProviderId.MealMe,
                TotalCents = winner.TotalCents,
                CommissionCents = commission,
                Items = Math.Max(1, winner.Found),
                At = at,
                FinishedAt = at.AddMilliseconds(ms),
                Rating = draws.Next(3, 6),
                Lines =
                [
                    new(EdgeLogEvents.ConfirmOrder, at.AddMilliseconds(ms), name)
                    {
                        RequestId = requestId,
                        ProviderId = winner.Provider.ToWire(),
                        Level = isPlaced ? "info" : "error",
                        LatencyMs = ms,
                        TotalCents = isPlaced ? winner.TotalCents : null,
                        CommissionCents = isPlaced ? commission : null,
                        ErrorCode = isPlaced ? null : "ORDER_FAILED",
                        Error = isPlaced ? null : $"{winner.Provider.ToName()} did not accept the order: the vendor answered 503.",
                        TraceId = trace,
                    },
                ],
            };
        }
    }
}

public static class RoutingSampleFeature
{
    /// <summary>The sample requests, which need nothing but the database.</summary>
    public static IServiceCollection AddRoutingSample(this IServiceCollection services) =>
        services.AddSingleton<RoutingSampleStore>().AddSingleton<ISampleData, RoutingSample>();
}
