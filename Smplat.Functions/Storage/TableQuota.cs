using Azure;
using Azure.Data.Tables;
using Smplat.Core.Commerce.Providers;

namespace Smplat.Functions.Storage;

/// <summary>
/// The shared call counters: one entity per bucket with the start of its window and the calls used. A write carries the
/// ETag that was read, so two instances never grant the same calls; the one that loses the race reads again.
/// </summary>
public sealed class TableQuota(GuardedTable table, TimeProvider clock) : IQuotaStore
{
    private const string Partition = "quota";
    private const string StartProperty = "WindowStart";
    private const string TakenProperty = "Taken";
    private const int Attempts = 8;

    private static readonly TimeSpan Window = TimeSpan.FromHours(24);

    public async Task<int?> TakeAsync(QuotaLimit limit, int wanted, CancellationToken cancellationToken)
    {
        var (isAnswered, granted) = await table.TryAsync(
            (client, token) => TakeAsync(client, limit, wanted, token), cancellationToken);
        return isAnswered ? granted : null;
    }

    public async Task<int?> UsedAsync(string bucket, CancellationToken cancellationToken)
    {
        var (isAnswered, used) = await table.TryAsync(
            async (client, token) => await FindAsync(client, bucket, token) is { } entity && IsRunning(entity) ? TakenOf(entity) : 0,
            cancellationToken);
        return isAnswered ? used : null;
    }

    private async Task<int?> TakeAsync(TableClient client, QuotaLimit limit, int wanted, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var entity = await FindAsync(client, limit.Bucket, cancellationToken);
            var isRunning = entity is not null && IsRunning(entity);
            var taken = isRunning ? TakenOf(entity!) : 0;
            var granted = Math.Clamp(limit.PerDay - taken, 0, wanted);
            if (granted == 0)
            {
                return 0;
            }

            var next = new TableEntity(Partition, limit.Bucket)
            {
                [StartProperty] = isRunning ? entity!.GetDateTimeOffset(StartProperty)!.Value : clock.GetUtcNow(),
                [TakenProperty] = taken + granted,
            };
            if (await TryWriteAsync(client, next, entity?.ETag, cancellationToken))
            {
                return granted;
            }
        }

        return null;
    }

    private static async Task<bool> TryWriteAsync(TableClient client, TableEntity entity, ETag? read, CancellationToken cancellationToken)
    {
        try
        {
            if (read is { } version)
            {
                await client.UpdateEntityAsync(entity, version, TableUpdateMode.Replace, cancellationToken);
            }
            else
            {
                await client.AddEntityAsync(entity, cancellationToken);
            }

            return true;
        }
        catch (RequestFailedException raced) when (raced.Status is 409 or 412)
        {
            return false;
        }
    }

    private static async Task<TableEntity?> FindAsync(TableClient client, string bucket, CancellationToken cancellationToken)
    {
        var found = await client.GetEntityIfExistsAsync<TableEntity>(Partition, bucket, cancellationToken: cancellationToken);
        return found.HasValue ? found.Value : null;
    }

    private bool IsRunning(TableEntity entity) =>
        entity.GetDateTimeOffset(StartProperty) is { } start && clock.GetUtcNow() - start < Window;

    private static int TakenOf(TableEntity entity) => Math.Max(0, entity.GetInt32(TakenProperty) ?? 0);
}
