using System.Globalization;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Scoring;

namespace Smplat.Core.Commerce.Routing;

/// <summary>The answer to a routed order: the winner at the top level, the other quotes, and the token that confirms the order.</summary>
public sealed record RouteOrderAnswer
{
    public required bool Success { get; init; }

    public required string RequestId { get; init; }

    public required QuotedProvider SelectedProvider { get; init; }

    /// <summary>The winner's name.</summary>
    public required string Provider { get; init; }

    public required ProviderId ProviderId { get; init; }

    /// <summary>Business data; only for callers with a key.</summary>
    public ConfigAnswer? Config { get; init; }

    public QuotedStore? Store { get; init; }

    public required IReadOnlyList<CartLine> Cart { get; init; }

    public required QuoteTotals Quote { get; init; }

    public required IReadOnlyList<ItemAvailability> ItemAvailability { get; init; }

    public string? AffiliateUrl { get; init; }

    public required PricingMode Pricing { get; init; }

    public required IReadOnlyList<QuoteFee> Fees { get; init; }

    public QuoteSource? Raw { get; init; }

    /// <summary>Which of items, fees, tax and eta are our estimates because the provider gives none.</summary>
    public IReadOnlyList<string>? Estimates { get; init; }

    public required decimal Score { get; init; }

    public required ScoreAnswer ScoreBreakdown { get; init; }

    /// <summary>All other quotes in rank order.</summary>
    public required IReadOnlyList<AlternativeQuoteAnswer> AlternativeQuotes { get; init; }

    /// <summary>The first two other quotes in short form, for older clients.</summary>
    public required IReadOnlyList<AlternativeAnswer> Alternatives { get; init; }

    public SavingsAnswer? Savings { get; init; }

    /// <summary>Set when the order is split among several providers; the fields above are then the sum of the parts.</summary>
    public bool? IsSplitOrder { get; init; }

    /// <summary>The parts of a split order, most expensive first; each has its own link for the shopper.</summary>
    public IReadOnlyList<SplitOrderAnswer>? Orders { get; init; }

    public IReadOnlyList<string>? UnavailableItems { get; init; }

    /// <summary>Dollars.</summary>
    public decimal? TotalCost { get; init; }

    public int? TotalItems { get; init; }

    /// <summary>How the cheapest and the fastest of the other quotes compare.</summary>
    public string? Counterfactual { get; init; }

    public required string ConfirmationToken { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public required string Message { get; init; }

    public required IReadOnlyList<string> Warnings { get; init; }
}

/// <summary>A provider's configuration as shown to callers with a key.</summary>
public sealed record ConfigAnswer(
    ProviderId Id,
    string Name,
    bool Enabled,
    int Priority,
    decimal CommissionRate,
    IReadOnlyList<string> Regions,
    int Timeout,
    int MaxRetries)
{
    public static ConfigAnswer From(ProviderConfig config) =>
        new(
            config.Id,
            config.Name,
            config.Enabled,
            config.Priority,
            config.CommissionRate,
            config.Regions,
            config.TimeoutMs,
            config.MaxRetries);
}

/// <summary>Another quote in full.</summary>
public sealed record AlternativeQuoteAnswer
{
    public required QuotedProvider Provider { get; init; }

    public QuotedStore? Store { get; init; }

    public required IReadOnlyList<CartLine> Cart { get; init; }

    public required QuoteTotals Quote { get; init; }

    public required IReadOnlyList<ItemAvailability> ItemAvailability { get; init; }

    public string? AffiliateUrl { get; init; }

    public required PricingMode Pricing { get; init; }

    public required IReadOnlyList<QuoteFee> Fees { get; init; }

    public required decimal Score { get; init; }

    public required ScoreAnswer ScoreBreakdown { get; init; }
}

/// <param name="Total">Dollars.</param>
/// <param name="EstimatedDelivery">Longest expected delivery in minutes, 0 when unknown.</param>
public sealed record AlternativeAnswer(
    string Provider,
    ProviderId ProviderId,
    long TotalCents,
    decimal Score,
    int EstimatedDeliveryMinutes,
    decimal Total,
    int EstimatedDelivery);

/// <param name="SavedCents">Against the cheapest alternative; negative when that would have been cheaper.</param>
public sealed record SavingsAnswer(ProviderId CheapestAlternative, long AlternativeTotalCents, long SavedCents);

/// <summary>The score of a quote as shown to callers.</summary>
public sealed record ScoreAnswer
{
    public required int PriceScore { get; init; }

    public required int SpeedScore { get; init; }

    public required int AvailabilityScore { get; init; }

    public required int MarginScore { get; init; }

    public required int ReliabilityScore { get; init; }

    public required decimal WeightedTotal { get; init; }

    public required string Explanation { get; init; }

    public required IReadOnlyList<string> Factors { get; init; }

    public WeightsAnswer? Weights { get; init; }

    public required ScoreInputsAnswer Inputs { get; init; }

    /// <param name="weights">Set for the winner only; they are the weights of the whole decision.</param>
    /// <param name="isKeyed">Callers with a key also see our commission; shoppers do not.</param>
    public static ScoreAnswer From(RankedQuote ranked, int itemsRequested, ScoreWeights? weights, bool isKeyed)
    {
        var (score, input) = (ranked.Score, ranked.Score.Input);
        var factors = score.Factors;
        return new ScoreAnswer
        {
            PriceScore = score.PriceScore,
            SpeedScore = score.SpeedScore,
            AvailabilityScore = score.AvailabilityScore,
            MarginScore = score.MarginScore,
            ReliabilityScore = score.ReliabilityScore,
            WeightedTotal = Decimals.Trim(score.WeightedTotal),
            Explanation = ScoreFactors.Explain(ranked.Config.Name, factors, weights is not null),
            Factors = isKeyed ? factors : [.. factors.Where(factor => factor != ScoreFactors.GoodCommission)],
            Weights = weights is null ? null : WeightsAnswer.From(weights),
            Inputs = new ScoreInputsAnswer(
                input.TotalCents,
                input.EtaMinutes,
                input.Found,
                input.Substituted,
                itemsRequested - input.Found - input.Substituted,
                input.Priority,
                isKeyed ? input.CommissionRate : null,
                isKeyed ? ranked.CommissionCents : null),
        };
    }
}

/// <summary>The weights in effect, adjusted for the preference.</summary>
public sealed record WeightsAnswer(
    decimal Priority, decimal Price, decimal Speed, decimal Availability, decimal Margin, decimal Reliability)
{
    public static WeightsAnswer From(ScoreWeights weights) =>
        new(
            Decimals.Trim(weights.Priority),
            Decimals.Trim(weights.Price),
            Decimals.Trim(weights.Speed),
            Decimals.Trim(weights.Availability),
            Decimals.Trim(weights.Margin),
            Decimals.Trim(weights.Reliability));
}

/// <summary>The values that were scored.</summary>
public sealed record ScoreInputsAnswer(
    long TotalCents,
    int? EtaMinutes,
    int Found,
    int Substituted,
    int Unavailable,
    int Priority,
    decimal? CommissionRate,
    long? CommissionCents);

/// <summary>Builds the answer from a decision.</summary>
public static class RouteOrderAnswers
{
    private const int ShortAlternatives = 2;

    /// <param name="isKeyed">The caller has a key and may see commissions.</param>
    public static RouteOrderAnswer From(RouteOutcome.Routed routed, bool isKeyed)
    {
        var decision = routed.Decision;
        var (winner, items) = (decision.Winner, decision.Order.Basket.Items.Count);
        var score = ScoreAnswer.From(winner, items, decision.Weights, isKeyed);
        var whole = new RouteOrderAnswer
        {
            Success = true,
            RequestId = routed.RequestId,
            SelectedProvider = winner.Quote.Provider,
            Provider = winner.Config.Name,
            ProviderId = winner.Config.Id,
            Config = isKeyed ? ConfigAnswer.From(winner.Config) : null,
            Store = winner.Quote.Store,
            Cart = winner.Quote.Cart,
            Quote = winner.Quote.Quote,
            ItemAvailability = winner.Quote.ItemAvailability,
            AffiliateUrl = winner.Quote.AffiliateUrl,
            Pricing = winner.Quote.Pricing,
            Fees = winner.Quote.Fees,
            Raw = winner.Quote.Raw,
            Estimates = winner.Quote.Estimates,
            Score = score.WeightedTotal,
            ScoreBreakdown = score,
            AlternativeQuotes = Alternatives(decision, 1, isKeyed),
            Alternatives = [.. decision.Ranked.Skip(1).Take(ShortAlternatives).Select(Short)],
            Savings = decision.CheapestAlternative is { } cheapest
                ? new SavingsAnswer(cheapest.Config.Id, cheapest.TotalCents, decision.SavingsCents!.Value)
                : null,
            Counterfactual = Counterfactual.Describe(decision),
            ConfirmationToken = routed.Token,
            ExpiresAt = routed.ExpiresAt,
            Message = score.Explanation,
            Warnings = decision.Warnings,
        };
        return decision.Split is { } legs ? SplitAnswers.Apply(whole, decision, legs) : whole;
    }

    /// <param name="from">Index of the first quote that is an alternative.</param>
    internal static AlternativeQuoteAnswer[] Alternatives(RoutingDecision decision, int from, bool isKeyed)
    {
        var others = new AlternativeQuoteAnswer[decision.Ranked.Count - from];
        for (var index = 0; index < others.Length; index++)
        {
            others[index] = Full(decision.Ranked[index + from], decision.Order.Basket.Items.Count, isKeyed);
        }

        return others;
    }

    private static AlternativeQuoteAnswer Full(RankedQuote ranked, int items, bool isKeyed)
    {
        var quote = ranked.Quote;
        return new AlternativeQuoteAnswer
        {
            Provider = quote.Provider,
            Store = quote.Store,
            Cart = quote.Cart,
            Quote = quote.Quote,
            ItemAvailability = quote.ItemAvailability,
            AffiliateUrl = quote.AffiliateUrl,
            Pricing = quote.Pricing,
            Fees = quote.Fees,
            Score = Decimals.Trim(ranked.Score.WeightedTotal),
            ScoreBreakdown = ScoreAnswer.From(ranked, items, null, isKeyed),
        };
    }

    private static AlternativeAnswer Short(RankedQuote ranked)
    {
        var totals = ranked.Quote.Quote;
        return new AlternativeAnswer(
            ranked.Config.Name,
            ranked.Config.Id,
            totals.TotalCents,
            Decimals.Trim(ranked.Score.WeightedTotal),
            totals.EstimatedDeliveryMinutes ?? 0,
            totals.Total,
            totals.EstimatedDelivery?.Max ?? 0);
    }
}

/// <summary>A part of a split order.</summary>
public sealed record SplitOrderAnswer(
    QuotedProvider Provider,
    ProviderId ProviderId,
    IReadOnlyList<CartLine> Cart,
    QuoteTotals Quote,
    string? AffiliateUrl,
    PricingMode Pricing);

/// <summary>The answer to a split order: each part, and their sum in the fields where older clients expect a single order.</summary>
internal static class SplitAnswers
{
    public static RouteOrderAnswer Apply(RouteOrderAnswer whole, RoutingDecision decision, IReadOnlyList<SplitLeg> legs)
    {
        var totals = QuoteTotals.Sum([.. legs.Select(leg => leg.Quote.Quote)]);
        var found = legs.SelectMany(leg => leg.Quote.ItemAvailability)
            .Where(row => row.Status != AvailabilityStatus.Unavailable)
            .ToDictionary(row => row.ClientItemId);
        ItemAvailability[] availability =
        [
            .. decision.Order.Basket.Items.Select(item => found.GetValueOrDefault(item.Id)
                ?? new ItemAvailability(item.Id, item.Name, AvailabilityStatus.Unavailable, false)),
        ];
        var names = $"{string.Join(", ", legs.SkipLast(1).Select(leg => leg.Config.Name))} and {legs[^1].Config.Name}";
        return whole with
        {
            SelectedProvider = legs[0].Quote.Provider,
            Provider = legs[0].Config.Name,
            ProviderId = legs[0].Config.Id,
            Store = legs[0].Quote.Store,
            Cart = [.. legs.SelectMany(leg => leg.Quote.Cart)],
            Quote = totals,
            ItemAvailability = availability,
            AffiliateUrl = null,
            Pricing = legs.Max(leg => leg.Quote.Pricing),
            Estimates = legs.SelectMany(leg => leg.Quote.Estimates ?? []).Distinct().ToArray() is { Length: > 0 } estimates ? estimates : null,
            Raw = null,
            Fees = [.. legs.SelectMany(leg => leg.Quote.Fees)],
            IsSplitOrder = true,
            Orders = [.. legs.Select(Part)],
            UnavailableItems = [.. availability.Where(row => row.Status == AvailabilityStatus.Unavailable).Select(row => row.RequestedItem)],
            TotalCost = totals.Total,
            TotalItems = found.Count,
            AlternativeQuotes = RouteOrderAnswers.Alternatives(decision, 0, whole.Config is not null),
            Message = Explain(names, whole, totals, found.Count),
            Warnings = [.. decision.Warnings.Concat(legs.SelectMany(Warnings)).Distinct()],
        };
    }

    private static string Explain(string names, RouteOrderAnswer whole, QuoteTotals totals, int found)
    {
        var single = whole.ItemAvailability.Count(row => row.Status != AvailabilityStatus.Unavailable);
        var why = found > single
            ? string.Create(CultureInfo.InvariantCulture, $"{found} items instead of {single} at {whole.Provider} alone")
            : totals.TotalCents < whole.Quote.TotalCents
                ? string.Create(
                    CultureInfo.InvariantCulture, $"{whole.Quote.TotalCents - totals.TotalCents} cents less than {whole.Provider} alone")
                : $"faster than {whole.Provider} alone";
        return $"The order is split between {names}: {why}.";
    }

    private static IEnumerable<string> Warnings(SplitLeg leg) =>
        leg.Quote.IsMock ? [MockSwitchGateway.MockWarning, .. leg.Quote.Warnings ?? []] : leg.Quote.Warnings ?? [];

    private static SplitOrderAnswer Part(SplitLeg leg) =>
        new(leg.Quote.Provider, leg.Config.Id, leg.Quote.Cart, leg.Quote.Quote, leg.Quote.AffiliateUrl, leg.Quote.Pricing);
}

/// <summary>Compares the decision with the cheapest and the fastest of the other quotes.</summary>
internal static class Counterfactual
{
    /// <returns>Null when there is no other quote.</returns>
    public static string? Describe(RoutingDecision decision)
    {
        if (decision.CheapestAlternative is not { } cheapest)
        {
            return null;
        }

        var fastest = decision.Others.MinBy(quote => quote.Score.Input.Eta)!;
        var text = Against("Cheapest alternative", decision, cheapest);
        return ReferenceEquals(cheapest, fastest) ? text : text + " " + Against("Fastest alternative", decision, fastest);
    }

    private static string Against(string role, RoutingDecision decision, RankedQuote other)
    {
        var cents = other.TotalCents - decision.TotalCents;
        var minutes = other.Score.Input.Eta - decision.EtaMinutes;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{role}: {other.Config.Name}, {Difference(cents, "cents", "more", "less", "same price")}, "
            + $"{Difference(minutes, "minutes", "slower", "faster", "same time")}.");
    }

    private static string Difference(long amount, string unit, string above, string below, string equal) =>
        amount == 0
            ? equal
            : string.Create(CultureInfo.InvariantCulture, $"{Math.Abs(amount)} {unit} {(amount > 0 ? above : below)}");
}

/// <summary>Exact decimals without trailing zeros.</summary>
internal static class Decimals
{
    public static decimal Trim(decimal value) => value / 1.000000000000000000000000000m;
}
