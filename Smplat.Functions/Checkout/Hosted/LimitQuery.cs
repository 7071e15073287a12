using Smplat.Core.Platform.Input;

namespace Smplat.Functions.Checkout.Hosted;

/// <param name="Limit">1 to 200, default 50.</param>
public sealed record LimitQuery(int Limit)
{
    public static LimitQuery Read(Fields fields) => new(fields.Integer("limit", 1, 200) ?? 50);
}
