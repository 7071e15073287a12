namespace Smplat.Core.Commerce.Confirmation;

/// <summary>Writes the end of a confirmation; its answer is stored with it.</summary>
public sealed class ConfirmationEnd(
    OrderStore orders, ConfirmationStore sessions, ConfirmWording wording, ConfirmJournal journal, TimeProvider clock)
{
    /// <param name="outcomes">Of the parts that were tried.</param>
    public async Task<ConfirmAnswer> ApplyAsync(ClaimedSession session, IReadOnlyList<LegOutcome> outcomes, int durationMs)
    {
        var done = outcomes.OfType<LegOutcome.Done>().ToArray();
        var answer = wording.Ended(session, outcomes);

        // While a provider has not answered, the session stays claimed: recovery asks until it knows.
        if (!outcomes.Any(outcome => outcome is LegOutcome.Unknown))
        {
            answer = await EndAsync(session, done.Length == 0 ? "failed" : "confirmed", outcomes, done, answer);
        }

        await journal.EndedAsync(
            session.RequestId,
            answer,
            done.Length == 0 ? null : done.Sum(leg => leg.Order.TotalCents),
            done.Length == 0 ? null : done.Sum(leg => leg.Order.CommissionCents),
            durationMs);
        return answer;
    }

    /// <summary>Nothing was ordered: shows the new price and gives the token back. Confirming again accepts it.</summary>
    public async Task<ConfirmAnswer> OfferAsync(ClaimedSession session, IReadOnlyList<PreparedLeg> legs, int durationMs)
    {
        var renewed = session with
        {
            Quotes = [.. session.Quotes.Select(quote =>
                legs.FirstOrDefault(leg => leg.Agreed.Provider == quote.Provider && leg.Agreed.Leg == quote.Leg)?.Quote ?? quote)],
        };
        var answer = await sessions.ReleaseAsync(renewed, clock.GetUtcNow(), CancellationToken.None)
            ? wording.PriceChanged(legs)
            : TakenOver();
        await journal.EndedAsync(session.RequestId, answer, null, null, durationMs);
        return answer;
    }

    private async Task<ConfirmAnswer> EndAsync(
        ClaimedSession session, string status, IReadOnlyList<LegOutcome> outcomes, LegOutcome.Done[] done, ConfirmAnswer answer)
    {
        var end = new SessionEnd(
            status,
            answer,
            [.. done.Select(leg => leg.Attempt)],
            [.. done.Select(leg => leg.Order)],
            [.. outcomes.SelectMany(outcome => outcome.Learned)]);
        return await orders.EndAsync(session, end, clock.GetUtcNow(), CancellationToken.None) ? answer : TakenOver();
    }

    private static ConfirmAnswer TakenOver() =>
        ConfirmAnswer.Refused(ConfirmCodes.InProgress, "The order is being checked; ask again in a moment.");
}
