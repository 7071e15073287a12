using Dapper;
using Npgsql;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Commerce.Routing;

/// <summary>Adds shadow scores to <c>commerce.score_calculations</c>.</summary>
public sealed class ShadowScoreStore(NpgsqlDataSource database)
{
    // All scores of a batch become visible together.
    private const string Append =
        """
        insert into commerce.score_calculations (
            route_id, provider_id, rule, price_score, speed_score, availability_score, margin_score, reliability_score,
            weighted_total, weights_used, was_selected, was_routed, created_at)
        select
            route_id, provider_id, rule, price_score, speed_score, availability_score, margin_score, reliability_score,
            weighted_total, weights_used::jsonb, was_selected, was_routed, created_at
        from unnest(
            @routes, @providers, @rules, @prices, @speeds, @availabilities, @margins, @reliabilities, @totals, @weights,
            @selected, @routed, @createdAt)
            as batch (
                route_id, provider_id, rule, price_score, speed_score, availability_score, margin_score, reliability_score,
                weighted_total, weights_used, was_selected, was_routed, created_at)
        """;

    public async Task AppendAsync(IReadOnlyList<ShadowScore> scores, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(
            Append,
            new
            {
                routes = scores.Select(score => score.RouteId).ToArray(),
                providers = scores.Select(score => score.Score.Provider.ToWire()).ToArray(),
                rules = scores.Select(score => score.Rule).ToArray(),
                prices = scores.Select(score => score.Score.PriceScore).ToArray(),
                speeds = scores.Select(score => score.Score.SpeedScore).ToArray(),
                availabilities = scores.Select(score => score.Score.AvailabilityScore).ToArray(),
                margins = scores.Select(score => score.Score.MarginScore).ToArray(),
                reliabilities = scores.Select(score => score.Score.ReliabilityScore).ToArray(),
                totals = scores.Select(score => score.Score.WeightedTotal).ToArray(),
                weights = scores.Select(score => CommerceJson.Text(score.Weights, RoutingJson.Default.ScoreWeights)).ToArray(),
                selected = scores.Select(score => score.WasSelected).ToArray(),
                routed = scores.Select(score => score.WasRouted).ToArray(),
                createdAt = scores.Select(score => score.CreatedAt.UtcDateTime).ToArray(),
            },
            cancellationToken));
    }
}
