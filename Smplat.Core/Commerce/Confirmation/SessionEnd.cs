using Smplat.Core.Commerce.Learning;

namespace Smplat.Core.Commerce.Confirmation;

/// <summary>Everything that is written when a session ends.</summary>
/// <param name="Status"><c>confirmed</c> or <c>failed</c>.</param>
public sealed record SessionEnd(
    string Status,
    ConfirmAnswer Answer,
    IReadOnlyList<AttemptEnd> Attempts,
    IReadOnlyList<PlacedOrder> Orders,
    IReadOnlyList<OrderOutcome> Learned);
