using System.Security.Cryptography;
using Azure;
using Azure.Core.Pipeline;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Sas;
using Microsoft.Extensions.Options;
using Smplat.Core.Merchandising;

namespace Smplat.Functions.Storage;

/// <summary>
/// Media in a private container. An upload address is a shared access signature that can create one blob and never overwrite one:
/// signed by a user delegation key of the app's identity, or by the account key where the connection string has one, as Azurite's.
/// </summary>
/// <param name="transport">Replaces the network; for tests.</param>
public sealed class BlobAssets(
    IOptionsMonitor<StorageOptions> options, TimeProvider clock, HttpPipelineTransport? transport = null) : IAssetStorage, IDisposable
{
    private const int ChunkBytes = 64 * 1024;
    private const int BeginningBytes = 16;

    /// <summary>Clocks of browsers and of the storage differ; an address is valid from a little before now.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan DelegationKeyLife = TimeSpan.FromHours(6);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private Connection? _connection;

    public async Task<UploadAddress> SignUploadAsync(
        string storageKey, string contentType, TimeSpan validity, CancellationToken cancellationToken) =>
        await GuardAsync(async connection =>
        {
            await connection.EnsureContainerAsync(cancellationToken);
            var blob = connection.Container.GetBlobClient(storageKey);
            var now = clock.GetUtcNow();
            var sas = new BlobSasBuilder(BlobSasPermissions.Create, now + validity)
            {
                BlobContainerName = blob.BlobContainerName,
                BlobName = blob.Name,
                Resource = "b",
                StartsOn = now - Skew,
                Protocol = blob.Uri.Scheme == Uri.UriSchemeHttp ? SasProtocol.HttpsAndHttp : SasProtocol.Https,
            };
            var signed = blob.CanGenerateSasUri
                ? blob.GenerateSasUri(sas)
                : new BlobUriBuilder(blob.Uri)
                {
                    Sas = sas.ToSasQueryParameters(
                        await connection.DelegationKeyAsync(now, now + validity, cancellationToken), connection.Service.AccountName),
                }.ToUri();
            return new UploadAddress(
                signed,
                AssetUrlOf(blob),
                now + validity,
                new Dictionary<string, string> { ["Content-Type"] = contentType, ["x-ms-blob-type"] = "BlockBlob" });
        });

    public Task<StoredBlob?> InspectAsync(string storageKey, long maxBytes, CancellationToken cancellationToken) => GuardAsync(async connection =>
    {
        var blob = connection.Container.GetBlobClient(storageKey);
        try
        {
            using var download = (await blob.DownloadStreamingAsync(cancellationToken: cancellationToken)).Value;
            var length = download.Details.ContentLength;
            if (length > maxBytes)
            {
                return new StoredBlob(download.Details.ContentType, length, "", default, AssetUrlOf(blob));
            }

            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var beginning = new byte[BeginningBytes];
            var buffer = new byte[ChunkBytes];
            var total = 0L;
            for (int read; (read = await download.Content.ReadAsync(buffer, cancellationToken)) > 0; total += read)
            {
                hash.AppendData(buffer, 0, read);
                if (total < BeginningBytes)
                {
                    buffer.AsSpan(0, (int)Math.Min(read, BeginningBytes - total)).CopyTo(beginning.AsSpan((int)total));
                }
            }

            return new StoredBlob(
                download.Details.ContentType,
                total,
                Convert.ToHexStringLower(hash.GetHashAndReset()),
                beginning.AsMemory(0, (int)Math.Min(total, BeginningBytes)),
                AssetUrlOf(blob));
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            return null;
        }
    });

    public Task DeleteAsync(string storageKey, CancellationToken cancellationToken) => GuardAsync(async connection =>
    {
        try
        {
            await connection.Container.GetBlobClient(storageKey)
                .DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: cancellationToken);
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            // The container is gone, and with it the blob.
        }

        return true;
    });

    public void Dispose() => _gate.Dispose();

    private Uri AssetUrlOf(BlobClient blob) => options.CurrentValue.AssetBaseUrl is { } origin
        ? new Uri($"{origin.AbsoluteUri.TrimEnd('/')}/{blob.Name}")
        : blob.Uri;

    private async Task<T> GuardAsync<T>(Func<Connection, Task<T>> work)
    {
        try
        {
            return await work(Connect());
        }
        catch (Exception problem) when (problem is RequestFailedException or AuthenticationFailedException or HttpRequestException or AggregateException)
        {
            var reason = problem is RequestFailedException { ErrorCode: { Length: > 0 } code } ? code : problem.GetType().Name;
            throw new AssetStorageException($"The storage of media does not work: {reason}. Try again shortly.", problem);
        }
    }

    /// <summary>The connection of the current settings; changed settings open a new one.</summary>
    private Connection Connect()
    {
        var settings = options.CurrentValue;
        if (Volatile.Read(ref _connection) is { } current && current.Settings.OpensTheSameAs(settings))
        {
            return current;
        }

        return _connection = Open(settings);
    }

    private Connection Open(StorageOptions settings)
    {
        var client = new BlobClientOptions();
        client.Retry.MaxRetries = 2;
        client.Retry.NetworkTimeout = TimeSpan.FromSeconds(10);
        if (transport is not null)
        {
            client.Transport = transport;
        }

        try
        {
            if (!string.IsNullOrWhiteSpace(settings.ConnectionString))
            {
                return new(settings, new BlobServiceClient(settings.ConnectionString, client), _gate);
            }

            return settings.IdentityBlobs is { } blobs
                ? new(settings, new BlobServiceClient(blobs, settings.CreateCredential(), client), _gate)
                : throw new AssetStorageException("No storage for media is configured; set AzureWebJobsStorage.");
        }
        catch (Exception unusable) when (unusable is FormatException or ArgumentException)
        {
            throw new AssetStorageException("AzureWebJobsStorage cannot be used for media: it is not a connection string.", unusable);
        }
    }

    private sealed class Connection(StorageOptions settings, BlobServiceClient service, SemaphoreSlim gate)
    {
        private volatile bool _hasContainer;
        private volatile UserDelegationKey? _key;

        public StorageOptions Settings => settings;

        public BlobServiceClient Service => service;

        public BlobContainerClient Container { get; } = service.GetBlobContainerClient(settings.AssetContainer);

        public async Task EnsureContainerAsync(CancellationToken cancellationToken)
        {
            if (!_hasContainer)
            {
                await Container.CreateIfNotExistsAsync(PublicAccessType.None, cancellationToken: cancellationToken);
                _hasContainer = true;
            }
        }

        /// <summary>One key signs the addresses of some hours; a new one is fetched before it would expire under an address.</summary>
        public async Task<UserDelegationKey> DelegationKeyAsync(DateTimeOffset now, DateTimeOffset until, CancellationToken cancellationToken)
        {
            if (_key is { } known && known.SignedExpiresOn > until)
            {
                return known;
            }

            await gate.WaitAsync(cancellationToken);
            try
            {
                if (_key is { } fetched && fetched.SignedExpiresOn > until)
                {
                    return fetched;
                }

                return _key = (await service.GetUserDelegationKeyAsync(now - Skew, now + DelegationKeyLife, cancellationToken)).Value;
            }
            finally
            {
                gate.Release();
            }
        }
    }
}
