using System.Text.Json;
using Smplat.Core.Platform.Jobs;

namespace Smplat.Functions.Jobs;

/// <summary>A run in the ledger.</summary>
public sealed record JobRunAnswer(
    Guid Id,
    string JobId,
    string TriggeredBy,
    string Status,
    int Attempt,
    DateTimeOffset StartedAt,
    DateTimeOffset? CompletedAt,
    JsonElement Summary,
    string? Error,
    string? TraceId)
{
    public static JobRunAnswer From(JobRunRow row) => new(
        row.Id,
        row.JobId,
        row.TriggeredBy,
        row.Status,
        row.Attempt,
        row.StartedAt,
        row.CompletedAt,
        JsonSerializer.Deserialize<JsonElement>(row.Summary),
        row.Error,
        row.TraceId);
}

/// <summary>Runs, newest first.</summary>
public sealed record JobRunsAnswer(IReadOnlyList<JobRunAnswer> Runs);
