using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;

namespace Smplat.Core.Commerce.Confirmation;

/// <summary>A session that this process may confirm; the version fences everything that it writes.</summary>
/// <param name="Quotes">In rank order, winner first.</param>
public sealed record ClaimedSession(
    Guid Id,
    string RequestId,
    string? UserId,
    IReadOnlyList<SessionQuote> Quotes,
    QuoteRequest Request,
    int ItemsCount,
    DateTimeOffset ExpiresAt,
    long RowVersion)
{
    public bool IsDivided => Quotes[0].Leg is not null;
}
