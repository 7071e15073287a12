namespace Smplat.Core.Analytics;

/// <summary>Writes a selection of events to a stream; memory does not grow with the number of rows.</summary>
public sealed class OfferEventExport(EventExportStore store)
{
    public static readonly string[] Formats = ["csv", "json", "ndjson"];

    private const int ReportEvery = 10_000;

    public Task<long> CountAsync(EventSelection selection, CancellationToken cancellationToken) =>
        store.CountAsync(selection, cancellationToken);

    /// <param name="output">Closed at the end.</param>
    /// <param name="format">One of <see cref="Formats"/>.</param>
    /// <param name="progress">Told now and then how many rows are written.</param>
    /// <returns>Rows written.</returns>
    public async Task<long> WriteAsync(
        EventSelection selection, Stream output, string format, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        await using var writer = Open(output, format);
        var count = 0L;
        await foreach (var row in store.ReadAsync(selection, cancellationToken))
        {
            await writer.WriteAsync(row, cancellationToken);
            if (++count % ReportEvery == 0)
            {
                progress?.Report(count);
            }
        }

        progress?.Report(count);
        return count;
    }

    private static IEventFormat Open(Stream output, string format) => format switch
    {
        "csv" => new CsvEvents(output),
        "json" => new JsonEvents(new BufferedStream(output, 64 * 1024), isArray: true),
        "ndjson" => new JsonEvents(new BufferedStream(output, 64 * 1024), isArray: false),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "No such format."),
    };
}
