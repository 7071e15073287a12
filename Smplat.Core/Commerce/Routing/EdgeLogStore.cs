using Npgsql;
using NpgsqlTypes;

namespace Smplat.Core.Commerce.Routing;

/// <summary>Adds lines to <c>edge_logs</c>.</summary>
public sealed class EdgeLogStore(NpgsqlDataSource database)
{
    // All lines of a batch appear together.
    private const string CopyBatch =
        """
        copy edge_logs (
            function_name, "timestamp", event, level, request_id, provider_id, latency_ms, total_latency_ms,
            selected_provider_id, total_cents, best_alternative_cents, commission_cents, user_hash, error, error_code,
            retryable, payload)
        from stdin (format binary)
        """;

    public async Task AppendAsync(IReadOnlyList<EdgeLogRow> rows, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var copy = await connection.BeginBinaryImportAsync(CopyBatch, cancellationToken);
        foreach (var row in rows)
        {
            await copy.StartRowAsync(cancellationToken);
            await copy.WriteAsync(row.FunctionName, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(row.Timestamp.UtcDateTime, NpgsqlDbType.TimestampTz, cancellationToken);
            await copy.WriteAsync(row.Event, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(row.Level, NpgsqlDbType.Text, cancellationToken);
            await WriteTextAsync(copy, row.RequestId, cancellationToken);
            await WriteTextAsync(copy, row.ProviderId, cancellationToken);
            await WriteAsync(copy, row.LatencyMs, NpgsqlDbType.Integer, cancellationToken);
            await WriteAsync(copy, row.TotalLatencyMs, NpgsqlDbType.Integer, cancellationToken);
            await WriteTextAsync(copy, row.SelectedProviderId, cancellationToken);
            await WriteAsync(copy, row.TotalCents, NpgsqlDbType.Bigint, cancellationToken);
            await WriteAsync(copy, row.BestAlternativeCents, NpgsqlDbType.Bigint, cancellationToken);
            await WriteAsync(copy, row.CommissionCents, NpgsqlDbType.Bigint, cancellationToken);
            await WriteTextAsync(copy, row.UserHash, cancellationToken);
            await WriteTextAsync(copy, row.Error, cancellationToken);
            await WriteTextAsync(copy, row.ErrorCode, cancellationToken);
            await WriteAsync(copy, row.Retryable, NpgsqlDbType.Boolean, cancellationToken);
            await WriteTextAsync(copy, row.Payload, cancellationToken, NpgsqlDbType.Jsonb);
        }

        await copy.CompleteAsync(cancellationToken);
    }

    private static Task WriteTextAsync(
        NpgsqlBinaryImporter copy, string? text, CancellationToken cancellationToken, NpgsqlDbType type = NpgsqlDbType.Text) =>
        text is null ? copy.WriteNullAsync(cancellationToken) : copy.WriteAsync(text, type, cancellationToken);

    private static Task WriteAsync<T>(
        NpgsqlBinaryImporter copy, T? value, NpgsqlDbType type, CancellationToken cancellationToken)
        where T : struct =>
        value is { } given ? copy.WriteAsync(given, type, cancellationToken) : copy.WriteNullAsync(cancellationToken);
}
