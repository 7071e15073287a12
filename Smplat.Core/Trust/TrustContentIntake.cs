using Microsoft.Extensions.Logging;

namespace Smplat.Core.Trust;

/// <summary>Keeps what the content system sends. A message that comes twice or late takes effect once and in order.</summary>
public sealed class TrustContentIntake(TrustContentStore store, TimeProvider clock, ILogger<TrustContentIntake> logger)
{
    public async Task<ContentTaken> TakeAsync(TakeContent command, CancellationToken cancellationToken)
    {
        if ((command.Document ?? command.Previous) is not { } version)
        {
            return new(ContentTaken.Ignored);
        }

        var status = command.Document is null
            ? await DeleteAsync(version, command, cancellationToken)
            : await SaveAsync(version, command, cancellationToken);
        TrustLog.ContentTaken(logger, version.Environment, version.Slug, status);
        return new(status, version.Environment, version.Slug);
    }

    private async Task<string> SaveAsync(ContentVersion version, TakeContent command, CancellationToken cancellationToken)
    {
        var movedFrom = command.Previous is { } previous && (previous.Environment, previous.Slug) != (version.Environment, version.Slug)
            ? previous
            : null;
        return await store.SaveAsync(version, movedFrom, command.RequestId, clock.GetUtcNow(), cancellationToken)
            ? ContentTaken.Stored
            : ContentTaken.Outdated;
    }

    private async Task<string> DeleteAsync(ContentVersion version, TakeContent command, CancellationToken cancellationToken) =>
        await store.DeleteAsync(version, command.RequestId, clock.GetUtcNow(), cancellationToken)
            ? ContentTaken.Deleted
            : ContentTaken.Outdated;
}
