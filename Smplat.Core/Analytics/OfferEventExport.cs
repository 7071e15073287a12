using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Analytics;

/// <summary>
/// Which events to export: from <paramref name="Since"/> up to, not including, <paramref name="Until"/>.
/// </summary>
/// <param name="EventType">Only this type; null for all.</param>
/// <param name="OfferSlug">Only this offer; null for all.</param>
public sealed record EventSelection(DateTimeOffset Since, DateTimeOffset Until, string? EventType, string? OfferSlug);

/// <summary>A row of an export, in column order.</summary>
public sealed record ExportedEvent
{
    public Guid Id { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public required string OfferSlug { get; init; }

    public string? TargetSlug { get; init; }

    public required string EventType { get; init; }

    public string? Action { get; init; }

    public decimal? CartTotal { get; init; }

    public string? Currency { get; init; }

    public string? OrderReference { get; init; }

    public string? Metadata { get; init; }
}

/// <summary>Writes a selection of events to a stream; memory use does not grow with the number of rows.</summary>
public sealed class OfferEventExport(OfferEventStore store)
{
    public static readonly string[] Formats = ["csv", "json", "ndjson"];

    private const int ReportEvery = 10_000;

    public Task<long> CountAsync(EventSelection selection, CancellationToken cancellationToken) =>
        store.CountAsync(selection, cancellationToken);

    /// <param name="output">Closed at the end.</param>
    /// <param name="format">One of <see cref="Formats"/>.</param>
    /// <param name="progress">Receives the number of rows written from time to time.</param>
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
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Unknown format."),
    };
}

/// <summary>Writes an export to a stream, row by row. The output is complete after disposal.</summary>
internal interface IEventFormat : IAsyncDisposable
{
    ValueTask WriteAsync(ExportedEvent row, CancellationToken cancellationToken);
}

/// <summary>CSV with a header row; metadata is compact JSON, nulls are empty.</summary>
internal sealed class CsvEvents : IEventFormat
{
    private readonly StreamWriter _writer;

    public CsvEvents(Stream output)
    {
        _writer = new StreamWriter(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 64 * 1024) { NewLine = "\r\n" };
        _writer.WriteLine(string.Join(',', EventColumns.Names));
    }

    public ValueTask WriteAsync(ExportedEvent row, CancellationToken cancellationToken)
    {
        _writer.Write(row.Id);
        _writer.Write(',');
        _writer.Write(row.CreatedAt.UtcDateTime.ToString(EventColumns.InstantFormat, CultureInfo.InvariantCulture));
        WriteCell(row.OfferSlug);
        WriteCell(row.TargetSlug);
        WriteCell(row.EventType);
        WriteCell(row.Action);
        _writer.Write(',');
        _writer.Write(row.CartTotal?.ToString("F2", CultureInfo.InvariantCulture));
        WriteCell(row.Currency);
        WriteCell(row.OrderReference);
        WriteCell(row.Metadata is null ? null : CompactJson.From(row.Metadata));
        _writer.WriteLine();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _writer.DisposeAsync();

    private void WriteCell(string? text)
    {
        _writer.Write(',');
        _writer.Write(SpreadsheetCell.Escape(text));
    }
}

/// <summary>
/// One JSON array indented by two spaces, or one object per line. Totals are strings, metadata is an object.
/// </summary>
internal sealed class JsonEvents : IEventFormat
{
    private const int FlushBytes = 64 * 1024;

    private static ReadOnlySpan<byte> NewLine => "\n"u8;

    private readonly Stream _output;
    private readonly bool _isArray;
    private readonly Utf8JsonWriter _writer;
    private bool _isDisposed;

    public JsonEvents(Stream output, bool isArray)
    {
        _output = output;
        _isArray = isArray;
        _writer = new Utf8JsonWriter(output, new JsonWriterOptions
        {
            Indented = isArray,
            NewLine = "\n",
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        });
        if (isArray)
        {
            _writer.WriteStartArray();
        }
    }

    public async ValueTask WriteAsync(ExportedEvent row, CancellationToken cancellationToken)
    {
        _writer.WriteStartObject();
        _writer.WriteString("id"u8, row.Id);
        _writer.WriteString("created_at"u8, row.CreatedAt.UtcDateTime.ToString(EventColumns.InstantFormat, CultureInfo.InvariantCulture));
        _writer.WriteString("offer_slug"u8, row.OfferSlug);
        _writer.WriteString("target_slug"u8, row.TargetSlug);
        _writer.WriteString("event_type"u8, row.EventType);
        _writer.WriteString("action"u8, row.Action);
        _writer.WriteString("cart_total"u8, row.CartTotal?.ToString("F2", CultureInfo.InvariantCulture));
        _writer.WriteString("currency"u8, row.Currency);
        _writer.WriteString("order_reference"u8, row.OrderReference);
        _writer.WritePropertyName("metadata"u8);
        if (row.Metadata is null)
        {
            _writer.WriteNullValue();
        }
        else
        {
            using var document = JsonDocument.Parse(row.Metadata);
            document.RootElement.WriteTo(_writer);
        }

        _writer.WriteEndObject();
        if (!_isArray)
        {
            // Each line is a separate document.
            _writer.Flush();
            _output.Write(NewLine);
            _writer.Reset();
        }
        else if (_writer.BytesPending > FlushBytes)
        {
            await _writer.FlushAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        if (_isArray)
        {
            _writer.WriteEndArray();
            await _writer.FlushAsync();
            _output.Write(NewLine);
        }

        await _writer.DisposeAsync();
        await _output.DisposeAsync();
    }
}

/// <summary>Column names, in the order that data warehouses load them.</summary>
internal static class EventColumns
{
    public static readonly IReadOnlyList<string> Names =
    [
        "id", "created_at", "offer_slug", "target_slug", "event_type", "action", "cart_total", "currency", "order_reference", "metadata",
    ];

    /// <summary>ISO 8601 with microseconds and the UTC offset.</summary>
    public const string InstantFormat = "yyyy-MM-dd'T'HH:mm:ss.ffffff'+00:00'";
}

/// <summary>JSON from the database without the spaces that Postgres adds.</summary>
internal static class CompactJson
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string From(string json)
    {
        using var document = JsonDocument.Parse(json);
        return JsonSerializer.Serialize(document.RootElement, Plain);
    }
}
