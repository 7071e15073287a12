using Smplat.Core.Platform.Input;

namespace Smplat.Functions.Jobs;

/// <param name="Limit">1 to 200, default 50.</param>
public sealed record ListJobRunsQuery(string? JobId, int Limit)
{
    public static ListJobRunsQuery Read(Fields fields) => new(
        fields.Text("job_id", 1, 100), fields.Integer("limit", 1, 200) ?? 50);
}
