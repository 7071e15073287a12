using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Outbox;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Digests;

/// <summary>
/// Walks over all readers and issues the digests that are due. It may stop at any point and run anywhere again: every
/// issue is claimed with its message.
/// </summary>
public sealed class WeeklyDigest(
    DigestStore store,
    DigestIssue issues,
    OperatorDigest operators,
    IOptionsMonitor<WeeklyDigestOptions> options,
    TimeProvider clock,
    ILogger<WeeklyDigest> logger)
{
    private const int PageSize = 500;

    /// <param name="byHand">An operator asks: everybody who has not had this week's digest is due.</param>
    public async Task<DigestReport> RunAsync(bool byHand, bool isDryRun, CancellationToken cancellationToken)
    {
        var (readers, enqueued, empty, failed) = (0, 0, 0, 0);
        Exception? last = null;
        await foreach (var reader in DueAsync(byHand, cancellationToken))
        {
            readers++;
            try
            {
                switch (await HandleAsync(reader, isDryRun, cancellationToken))
                {
                    case true: enqueued++; break;
                    case false: empty++; break;
                    default: readers--; break;
                }
            }
            catch (Exception exception) when (!DatabaseOutage.Is(exception) && !cancellationToken.IsCancellationRequested)
            {
                failed++;
                last = exception;
                DigestLog.Failed(logger, reader.UserId, Redaction.Redact(exception.Message), exception);
            }
        }

        var forOperators = await operators.IssueAsync(byHand, isDryRun, cancellationToken);
        return failed > 0 && !isDryRun
            ? throw new DigestIncompleteException(enqueued, failed, last!)
            : new(readers, enqueued, empty, failed, forOperators, isDryRun);
    }

    /// <summary>The people whose digest is due now.</summary>
    public async IAsyncEnumerable<DigestReader> DueAsync(
        bool byHand, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (createdAt, id) = (DateTimeOffset.UnixEpoch, Guid.Empty);
        while (true)
        {
            var page = await store.ListReadersAsync(createdAt, id, PageSize, cancellationToken);
            var now = clock.GetUtcNow();
            foreach (var reader in page)
            {
                if (DigestDuePolicy.IsDue(now, reader.Zone, reader.LastWeek, reader.LastAt, byHand, options.CurrentValue))
                {
                    yield return reader;
                }
            }

            if (page.Count < PageSize)
            {
                yield break;
            }

            (createdAt, id) = (page[^1].CreatedAt, page[^1].UserId);
        }
    }

    private async Task<bool?> HandleAsync(DigestReader reader, bool isDryRun, CancellationToken cancellationToken) => isDryRun
        ? !(await store.ReadContentAsync(reader.UserId, cancellationToken)).IsEmpty
        : await issues.IssueAsync(reader, clock.GetUtcNow(), cancellationToken);
}
