using Npgsql;
using Smplat.Core.Trust;
using Smplat.Tests.Support;

namespace Smplat.Tests.Trust;

internal static class TrustMetricFixture
{
    public static TrustMetricRegistry Registry(NpgsqlDataSource database) =>
        new(TrustMetricList.Create(new TrustFactStore(database)));

    public static Task<MetricReading> MeasureAsync(NpgsqlDataSource database, string metricId, DateTimeOffset now) =>
        Registry(database).Find(metricId)!.Measure(now, CancellationToken.None);

    /// <summary>
    /// Steps until all hours that are old enough are summed and no mark is left. Transactions of other tests on the same
    /// server may delay it.
    /// </summary>
    public static Task RollUpAsync(TrustRollupStore store, RollupBounds? bounds = null) => Eventually.BecomesTrueAsync(
        async () =>
        {
            var step = await store.StepAsync(bounds ?? new(), CancellationToken.None);
            return !step.IsWorthAnother && step.SealedUntil > DateTimeOffset.UnixEpoch;
        },
        "the hours to be summed");
}
