using Smplat.Core.Operators;
using Smplat.Core.Platform.Input;

namespace Smplat.Functions.Operators.Keys;

/// <param name="UnusedDays">1 to 400, default 30.</param>
public sealed record ReviewKeysQuery(int UnusedDays)
{
    public static ReviewKeysQuery Read(Fields fields) => new(fields.Integer("unused_days", 1, KeyReview.MaxDays) ?? 30);
}
