using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;

namespace Smplat.Core.Commerce.Confirmation;

/// <summary>One try at one provider, written down before it is made.</summary>
public sealed record OrderAttempt(
    Guid Id,
    Guid SessionId,
    int Leg,
    int Number,
    ProviderId Provider,
    string IdempotencyKey,
    long TotalCents,
    DateTimeOffset StartedAt)
{
    public static OrderAttempt Start(
        ClaimedSession session, int leg, int number, SessionQuote quote, DateTimeOffset now) =>
        new(
            Guid.CreateVersion7(now),
            session.Id,
            leg,
            number,
            quote.Provider,
            KeyFor(session.Id, leg, quote.Provider),
            quote.TotalCents,
            now);

    /// <summary>The same for every repetition at this provider, also after a crash.</summary>
    public static string KeyFor(Guid sessionId, int leg, ProviderId provider) =>
        $"{sessionId:N}-{leg}-{provider.ToWire().ToLowerInvariant()}";
}

/// <summary>How an attempt ended.</summary>
/// <param name="Outcome"><c>placed</c>, <c>handed_off</c>, <c>failed</c> or <c>unknown</c>.</param>
public sealed record AttemptEnd(string IdempotencyKey, string Outcome, ProviderFailure? Failure = null);
