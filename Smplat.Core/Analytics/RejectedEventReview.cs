using System.Globalization;

namespace Smplat.Core.Analytics;

/// <summary>What operators see of rejected events.</summary>
public sealed class RejectedEventReview(RejectedEventStore store)
{
    public async Task<RejectedPage> ListAsync(ListRejected wanted, CancellationToken cancellationToken)
    {
        var rows = await store.ListAsync(wanted.Status, wanted.Code, wanted.After, wanted.Limit + 1, cancellationToken);
        if (rows.Count <= wanted.Limit)
        {
            return new RejectedPage(rows, null);
        }

        var last = rows[wanted.Limit - 1];
        return new RejectedPage(
            [.. rows.Take(wanted.Limit)],
            string.Create(CultureInfo.InvariantCulture, $"{last.FirstSeenAt.UtcDateTime:O}_{last.Id}"));
    }
}
