using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Smplat.Core.Analytics;
using Smplat.Core.Platform.Database;

namespace Smplat.Benchmarks.Ingestion;

/// <summary>Storage without HTTP: both of our ways of storing, and the floor's, at several sizes on one connection.</summary>
internal static class StorageFloor
{
    private static readonly int[] Sizes = [1, 8, 16, 32, 64, 128, 500, 2_000];

    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(1);

    public static async Task PrintAsync(string database, CancellationToken cancellationToken)
    {
        var options = new DatabaseOptions { ConnectionString = database };
        await using var source = SmplatDataSource.Create(options, NullLoggerFactory.Instance);
        var store = new OfferEventStore(source);
        await BareStore.CreateTableAsync(source, cancellationToken);
        foreach (var size in Sizes)
        {
            var request = new EventRequest("/", size, isSingle: false, seed: size);
            var insert = await MeasureAsync(request, size, events => store.InsertAsync(events, Now(), cancellationToken));
            var copy = await MeasureAsync(request, size, events => store.CopyAsync(events, Now(), cancellationToken));
            var bare = await MeasureBareAsync(request, size, source, cancellationToken);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"storage, {size,5} a commit           unnest {insert,9:N0}/s  copy {copy,9:N0}/s  bare unnest, one table {bare,9:N0}/s"));
        }
    }

    private static DateTimeOffset Now() => TimeProvider.System.GetUtcNow();

    private static async Task<double> MeasureAsync(EventRequest request, int size, Func<OfferEvent[], Task> store)
    {
        var parser = new OfferEventParser(TimeProvider.System);
        var rules = new OfferEventRules(new AnalyticsOptions());
        return await MeasureAsync(size, async () =>
        {
            request.Next();
            var events = parser.Parse(request.Body, OfferEventNaming.Snake, rules, null).Items.Select(item => item.Event!).ToArray();
            Array.Sort(events, (left, right) => left.Id.CompareTo(right.Id));
            await store(events);
        });
    }

    private static Task<double> MeasureBareAsync(
        EventRequest request, int size, NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        var json = new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
        return MeasureAsync(size, async () =>
        {
            request.Next();
            await BareStore.InsertAsync(
                source, JsonSerializer.Deserialize<BareEvent[]>(request.Body.Span, json)!, cancellationToken);
        });
    }

    private static async Task<double> MeasureAsync(int size, Func<Task> once)
    {
        for (var index = 0; index < 5; index++)
        {
            await once();
        }

        var watch = Stopwatch.StartNew();
        var count = 0L;
        while (watch.Elapsed < Duration)
        {
            await once();
            count += size;
        }

        return count / watch.Elapsed.TotalSeconds;
    }
}
