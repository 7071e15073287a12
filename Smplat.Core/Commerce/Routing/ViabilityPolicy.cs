using Smplat.Core.Commerce.Providers;

namespace Smplat.Core.Commerce.Routing;

/// <summary>
/// Whether a quote can be sold. An empty basket, impossible amounts or rows about other items are a failure of the provider,
/// however cheap they look.
/// </summary>
internal static class ViabilityPolicy
{
    public static ProviderFailure? Check(ProviderQuote quote, QuoteRequest request, ProviderId id)
    {
        var totals = quote.Quote;
        if (quote.Provider.Id != id)
        {
            return ProviderFailure.BadAnswer(id, "for another provider");
        }

        if (quote.ItemAvailability.Count != request.Items.Count || !CoversEachItemOnce(quote, request))
        {
            return ProviderFailure.BadAnswer(id, "without one availability row for each item");
        }

        if (quote.FoundCount + quote.SubstitutedCount == 0 || quote.Cart.Count == 0)
        {
            return ProviderFailure.NoItemsMatched(id);
        }

        if (totals.SubtotalCents <= 0 || totals.FeesCents < 0 || totals.TaxCents < 0 || totals.TotalCents <= 0)
        {
            return ProviderFailure.BadAnswer(id, "impossible amounts");
        }

        return quote.Cart.Sum(line => line.LineCents) == totals.SubtotalCents && quote.Cart.All(line => line.LineCents >= 0)
            ? null
            : ProviderFailure.BadAnswer(id, "a subtotal that is not the sum of its lines");
    }

    private static bool CoversEachItemOnce(ProviderQuote quote, QuoteRequest request)
    {
        if (IsInOrder(quote, request))
        {
            return true;
        }

        var asked = request.Items.Select(item => item.Id).ToHashSet(StringComparer.Ordinal);
        return quote.ItemAvailability.All(row => asked.Remove(row.ClientItemId))
            && quote.Cart.All(line => request.Items.Any(item => item.Id == line.ClientItemId));
    }

    /// <summary>The usual case, checked without a set.</summary>
    private static bool IsInOrder(ProviderQuote quote, QuoteRequest request)
    {
        if (quote.Cart.Count > request.Items.Count)
        {
            return false;
        }

        for (var index = 0; index < request.Items.Count; index++)
        {
            if (quote.ItemAvailability[index].ClientItemId != request.Items[index].Id)
            {
                return false;
            }
        }

        var next = 0;
        foreach (var line in quote.Cart)
        {
            while (next < request.Items.Count && request.Items[next].Id != line.ClientItemId)
            {
                next++;
            }

            if (next++ == request.Items.Count)
            {
                return false;
            }
        }

        return true;
    }
}
