using Smplat.Core.Platform.Input;

namespace Smplat.Functions.Health;

/// <param name="Strict">Answer 503 when the verdict is error, for probes that read only the status.</param>
public sealed record ReadinessQuery(bool Strict)
{
    public static ReadinessQuery Read(Fields fields) => new(fields.Flag("strict") ?? false);
}
