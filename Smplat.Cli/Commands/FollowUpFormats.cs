using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Parquet;
using Parquet.Serialization;
using Parquet.Serialization.Attributes;
using Smplat.Core.Guardrails;
using Smplat.Core.Platform.Input;

namespace Smplat.Cli.Commands;

/// <summary>
/// A follow-up as data warehouses load it: one flat row, whose members are the columns, in order, of every format and of the
/// table in <c>infra/snowflake</c>.
/// </summary>
internal sealed record WarehouseFollowUp
{
    [JsonPropertyName("position")]
    public required long Position { get; init; }

    [JsonPropertyName("follow_up_id")]
    [ParquetRequired]
    public required string FollowUpId { get; init; }

    [JsonPropertyName("provider_id")]
    [ParquetRequired]
    public required string ProviderId { get; init; }

    [JsonPropertyName("provider_name")]
    public string? ProviderName { get; init; }

    [JsonPropertyName("action")]
    [ParquetRequired]
    public required string Action { get; init; }

    [JsonPropertyName("source")]
    [ParquetRequired]
    public required string Source { get; init; }

    [JsonPropertyName("notes")]
    public string? Notes { get; init; }

    [JsonPropertyName("platform_context_id")]
    public string? PlatformContextId { get; init; }

    [JsonPropertyName("platform_context_label")]
    public string? PlatformContextLabel { get; init; }

    [JsonPropertyName("platform_context_handle")]
    public string? PlatformContextHandle { get; init; }

    [JsonPropertyName("platform_context_type")]
    public string? PlatformContextType { get; init; }

    [JsonPropertyName("conversion_cursor")]
    public string? ConversionCursor { get; init; }

    [JsonPropertyName("conversion_href")]
    public string? ConversionHref { get; init; }

    /// <summary>A JSON array as text, so that all formats load into the same column.</summary>
    [JsonPropertyName("attachments")]
    [ParquetRequired]
    public required string Attachments { get; init; }

    /// <summary>UTC, to the microsecond.</summary>
    [JsonPropertyName("created_at")]
    [JsonConverter(typeof(MicrosecondConverter))]
    [ParquetTimestamp(ParquetTimestampResolution.Microseconds, true, true)]
    public required DateTime CreatedAt { get; init; }

    public static WarehouseFollowUp From(FollowUp entry) => new()
    {
        Position = entry.Position,
        FollowUpId = entry.Id.ToString(),
        ProviderId = entry.ProviderId,
        ProviderName = entry.ProviderName,
        Action = entry.Action,
        Source = entry.Source,
        Notes = entry.Notes,
        PlatformContextId = entry.PlatformContext?.Id,
        PlatformContextLabel = entry.PlatformContext?.Label,
        PlatformContextHandle = entry.PlatformContext?.Handle,
        PlatformContextType = entry.PlatformContext?.PlatformType,
        ConversionCursor = entry.ConversionCursor,
        ConversionHref = entry.ConversionHref,
        Attachments = JsonSerializer.Serialize(entry.Attachments, FollowUpFormat.Camel),
        CreatedAt = entry.CreatedAt.UtcDateTime,
    };

    /// <summary>The cells of a CSV line.</summary>
    public string?[] Cells() =>
    [
        Position.ToString(CultureInfo.InvariantCulture), FollowUpId, ProviderId, ProviderName, Action, Source, Notes, PlatformContextId,
        PlatformContextLabel, PlatformContextHandle, PlatformContextType, ConversionCursor, ConversionHref, Attachments,
        MicrosecondConverter.Text(CreatedAt),
    ];
}

/// <summary>The forms in which follow-ups leave: a batch is small enough (<c>--limit</c>) to be written in memory, whole or not at all.</summary>
internal static class FollowUpFormat
{
    public static readonly string[] All = ["ndjson", "csv", "parquet"];

    public static readonly IReadOnlyList<string> Columns =
    [
        .. typeof(WarehouseFollowUp).GetProperties()
            .SelectMany(property => property.GetCustomAttributes(typeof(JsonPropertyNameAttribute), false))
            .Select(attribute => ((JsonPropertyNameAttribute)attribute).Name),
    ];

    internal static readonly JsonSerializerOptions Camel = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly ParquetOptions Compressed = new() { CompressionMethod = CompressionMethod.Snappy };

    public static string ContentType(string format) => format switch
    {
        "csv" => "text/csv; charset=utf-8",
        "parquet" => "application/vnd.apache.parquet",
        _ => "application/x-ndjson",
    };

    /// <param name="format">One of <see cref="All"/>.</param>
    public static async Task<byte[]> WriteAsync(IReadOnlyList<FollowUp> entries, string format, CancellationToken cancellationToken)
    {
        var rows = entries.Select(WarehouseFollowUp.From);
        switch (format)
        {
            case "csv":
                return Encoding.UTF8.GetBytes(string.Concat(
                    rows.Select(row => row.Cells()).Prepend([.. Columns]).Select(cells => string.Join(',', cells.Select(SpreadsheetCell.Escape)) + "\r\n")));
            case "parquet":
                using (var file = new MemoryStream())
                {
                    await ParquetSerializer.SerializeAsync(rows, file, Compressed, cancellationToken: cancellationToken);
                    return file.ToArray();
                }

            default:
                return Encoding.UTF8.GetBytes(string.Concat(rows.Select(row => JsonSerializer.Serialize(row, Camel) + "\n")));
        }
    }

    /// <summary>The body of a webhook: camel case and nested, as the API answers.</summary>
    public static object ToWebhook(IReadOnlyList<FollowUp> entries) => new
    {
        followUps = entries.Select(entry => new
        {
            followUpId = entry.Id,
            entry.ProviderId,
            entry.ProviderName,
            entry.Action,
            entry.Source,
            entry.Notes,
            entry.PlatformContext,
            entry.Attachments,
            entry.ConversionCursor,
            entry.ConversionHref,
            createdAt = entry.CreatedAt.UtcDateTime,
        }),
    };
}

/// <summary>UTC with all six digits of the microseconds, so that texts sort as their times do.</summary>
internal sealed class MicrosecondConverter : JsonConverter<DateTime>
{
    public static string Text(DateTime value) => value.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    public override DateTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTime();

    public override void Write(Utf8JsonWriter writer, DateTime value, JsonSerializerOptions options) => writer.WriteStringValue(Text(value));
}
