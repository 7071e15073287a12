using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Data.Tables;
using Smplat.Core.Commerce.Providers;

namespace Smplat.Functions.Storage;

/// <summary>
/// The second-level cache: one entity per key, named by the key's hash and spread over 256 partitions. Values are
/// compressed; one that still does not fit into a property is not stored.
/// </summary>
public sealed class TableCache(GuardedTable table) : ISharedCache
{
    private const string ValueProperty = "Value";
    private const string ExpiryProperty = "ExpiresAt";

    /// <summary>The limit of Azure Tables for one property, 64 KiB.</summary>
    private const int LargestValue = 64 * 1024;

    private const int SweepPage = 500;
    private const int SweepParallelism = 8;

    /// <summary>What is not swept by then is left for the next run.</summary>
    private static readonly TimeSpan SweepTime = TimeSpan.FromSeconds(30);

    /// <summary>The largest decompressed value; a larger one is treated as damaged.</summary>
    private const int LargestUnpacked = 8 * 1024 * 1024;

    public async Task<SharedEntry?> ReadAsync(string key, CancellationToken cancellationToken)
    {
        var (partition, row) = NameOf(key);
        var (isAnswered, entity) = await table.TryAsync(
            async (client, token) =>
            {
                var found = await client.GetEntityIfExistsAsync<TableEntity>(partition, row, cancellationToken: token);
                return found.HasValue ? found.Value : null;
            },
            cancellationToken);
        return isAnswered && entity is not null ? Read(entity) : null;
    }

    public async Task WriteAsync(string key, SharedEntry entry, CancellationToken cancellationToken)
    {
        var packed = Pack(entry.Value);
        if (packed.Length > LargestValue)
        {
            return;
        }

        var (partition, row) = NameOf(key);
        var entity = new TableEntity(partition, row)
        {
            [ValueProperty] = packed,
            [ExpiryProperty] = entry.ExpiresAt,
        };
        await table.TryAsync(
            async (client, token) => await client.UpsertEntityAsync(entity, TableUpdateMode.Replace, token), cancellationToken);
    }

    public async Task<int?> SweepAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var swept = 0;
        var (isAnswered, _) = await table.TryAsync(
            async (client, token) =>
            {
                var expired = client.QueryAsync<TableEntity>(
                    $"{ExpiryProperty} lt datetime'{now.UtcDateTime:O}'", SweepPage, ["PartitionKey", "RowKey"], token);
                var choice = new ParallelOptions { MaxDegreeOfParallelism = SweepParallelism, CancellationToken = token };
                await Parallel.ForEachAsync(expired, choice, async (entity, each) =>
                {
                    await client.DeleteEntityAsync(entity.PartitionKey, entity.RowKey, ETag.All, each);
                    Interlocked.Increment(ref swept);
                });
                return swept;
            },
            cancellationToken,
            SweepTime);
        return isAnswered || swept > 0 ? swept : null;
    }

    /// <summary>Null for an entity that this app did not write, or that is damaged.</summary>
    private static SharedEntry? Read(TableEntity entity)
    {
        try
        {
            return entity.GetBinary(ValueProperty) is { } packed && entity.GetDateTimeOffset(ExpiryProperty) is { } expiresAt
                && Unpack(packed) is { } value
                ? new SharedEntry(value, expiresAt)
                : null;
        }
        catch (Exception damaged) when (damaged is InvalidOperationException or InvalidDataException or InvalidCastException or FormatException)
        {
            return null;
        }
    }

    private static (string Partition, string Row) NameOf(string key)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
        return (hash[..2], hash);
    }

    private static byte[] Pack(byte[] value)
    {
        using var packed = new MemoryStream();
        using (var stream = new BrotliStream(packed, CompressionLevel.Fastest))
        {
            stream.Write(value);
        }

        return packed.ToArray();
    }

    private static byte[]? Unpack(byte[] packed)
    {
        using var stream = new BrotliStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var value = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            value.Write(buffer, 0, read);
            if (value.Length > LargestUnpacked)
            {
                return null;
            }
        }

        return value.ToArray();
    }
}
