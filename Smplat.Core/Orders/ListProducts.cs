using Smplat.Core.Platform.Input;

namespace Smplat.Core.Orders;

/// <param name="Status">Only products in this status; null lists all, drafts included.</param>
public sealed record ListProducts(string? Status, int Limit)
{
    public const int MaxLimit = 1000;

    private static readonly string[] Statuses = ["draft", "active", "archived"];

    public static ListProducts Read(Fields fields) =>
        new(fields.Label("status", Statuses), fields.Integer("limit", 1, MaxLimit) ?? MaxLimit);
}
