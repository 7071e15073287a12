using System.Net;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Azure;
using Azure.Core;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Configuration;

namespace Smplat.Cli.Commands;

/// <summary>Where an export keeps whole files: a folder, a bucket, a container. Failures are <see cref="IOException"/>.</summary>
internal interface IObjectStore : IDisposable
{
    /// <summary>Stores an object, whole or not at all, in the place of one with the same name.</summary>
    Task PutAsync(string name, byte[] content, string contentType, CancellationToken cancellationToken);

    /// <returns>Null when there is no such object; a store that cannot be read is a failure, never null.</returns>
    Task<byte[]?> GetAsync(string name, CancellationToken cancellationToken);
}

/// <summary>Files of this machine. A file gets its name only when it is complete.</summary>
internal sealed class FileObjects : IObjectStore
{
    public async Task PutAsync(string name, byte[] content, string contentType, CancellationToken cancellationToken)
    {
        await using var target = ExportTarget.Open(name);
        await target.Stream.WriteAsync(content, cancellationToken);
        await target.Stream.DisposeAsync();
        target.Complete();
    }

    public async Task<byte[]?> GetAsync(string name, CancellationToken cancellationToken) =>
        File.Exists(name) ? await File.ReadAllBytesAsync(name, cancellationToken) : null;

    public void Dispose()
    {
        // Nothing is held.
    }
}

/// <summary>A bucket of S3, or of a store that speaks its protocol.</summary>
internal sealed class S3Objects(IAmazonS3 client, string bucket) : IObjectStore
{
    /// <param name="endpoint">URL of an S3-compatible store, which is addressed by path; null for AWS.</param>
    /// <param name="region">Null for <c>GUARDRAIL_EXPORT_AWS_REGION</c>, else what the AWS SDK finds.</param>
    public static S3Objects Connect(string bucket, Uri? endpoint, string? region, IConfiguration configuration)
    {
        region ??= Set(configuration["GUARDRAIL_EXPORT_AWS_REGION"]);
        var config = new AmazonS3Config
        {
            Timeout = TimeSpan.FromSeconds(30),
            // Compatible stores do not know the checksums that AWS added later.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (endpoint is not null)
        {
            config.ServiceURL = endpoint.AbsoluteUri;
            config.ForcePathStyle = true;
            config.AuthenticationRegion = region ?? "us-east-1";
        }
        else if (region is not null)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }

        var (id, secret) = (Set(configuration["GUARDRAIL_EXPORT_AWS_ACCESS_KEY_ID"]), Set(configuration["GUARDRAIL_EXPORT_AWS_SECRET_ACCESS_KEY"]));
        try
        {
            return new(
                id is not null && secret is not null ? new AmazonS3Client(new BasicAWSCredentials(id, secret), config) : new AmazonS3Client(config),
                bucket);
        }
        catch (AmazonClientException exception)
        {
            throw new UsageException($"S3 cannot be used: {exception.Message}");
        }
    }

    public async Task PutAsync(string name, byte[] content, string contentType, CancellationToken cancellationToken)
    {
        using var stream = new MemoryStream(content, writable: false);
        var request = new PutObjectRequest
        {
            BucketName = bucket,
            Key = name,
            InputStream = stream,
            ContentType = contentType,
            AutoCloseStream = false,
            UseChunkEncoding = false,
        };
        try
        {
            await client.PutObjectAsync(request, cancellationToken);
        }
        catch (Exception exception) when (exception is AmazonServiceException or AmazonClientException)
        {
            throw Failure(name, exception);
        }
    }

    public async Task<byte[]?> GetAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await client.GetObjectAsync(bucket, name, cancellationToken);
            using var content = new MemoryStream();
            await answer.ResponseStream.CopyToAsync(content, cancellationToken);
            return content.ToArray();
        }
        catch (AmazonS3Exception exception) when (exception is { StatusCode: HttpStatusCode.NotFound, ErrorCode: not "NoSuchBucket" })
        {
            return null;
        }
        catch (Exception exception) when (exception is AmazonServiceException or AmazonClientException)
        {
            throw Failure(name, exception);
        }
    }

    public void Dispose() => client.Dispose();

    private static string? Set(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;

    private IOException Failure(string name, Exception exception) => new($"s3://{bucket}/{name}: {exception.Message}", exception);
}

/// <summary>A container of Azure Blob Storage.</summary>
internal sealed class BlobObjects(BlobContainerClient container) : IObjectStore
{
    private const int MaxRetries = 3;

    /// <param name="account">
    /// URL of the storage account, opened with the operator's login or the machine's identity; null for the connection string in
    /// <c>GUARDRAIL_EXPORT_BLOB_CONNECTION</c>.
    /// </param>
    public static BlobObjects Connect(string container, Uri? account, IConfiguration configuration)
    {
        var options = new BlobClientOptions { Retry = { MaxRetries = MaxRetries, NetworkTimeout = TimeSpan.FromSeconds(30) } };
        if (account is not null)
        {
            var credential = new ChainedTokenCredential(
                new AzureCliCredential(), new ManagedIdentityCredential(ManagedIdentityId.SystemAssigned));
            return new(new BlobServiceClient(account, (TokenCredential)credential, options).GetBlobContainerClient(container));
        }

        try
        {
            return configuration["GUARDRAIL_EXPORT_BLOB_CONNECTION"] is { Length: > 0 } connection
                ? new(new BlobContainerClient(connection, container, options))
                : throw new UsageException("Azure Blob Storage needs --blob-account, or GUARDRAIL_EXPORT_BLOB_CONNECTION in the environment.");
        }
        catch (FormatException)
        {
            throw new UsageException("GUARDRAIL_EXPORT_BLOB_CONNECTION is not the connection string of a storage account.");
        }
    }

    public async Task PutAsync(string name, byte[] content, string contentType, CancellationToken cancellationToken)
    {
        var options = new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = contentType } };
        try
        {
            await container.GetBlobClient(name).UploadAsync(BinaryData.FromBytes(content), options, cancellationToken);
        }
        catch (Exception exception) when (exception is RequestFailedException or AuthenticationFailedException or AggregateException)
        {
            throw Failure(name, exception);
        }
    }

    public async Task<byte[]?> GetAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return (await container.GetBlobClient(name).DownloadContentAsync(cancellationToken)).Value.Content.ToArray();
        }
        catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.BlobNotFound.ToString())
        {
            return null;
        }
        catch (Exception exception) when (exception is RequestFailedException or AuthenticationFailedException or AggregateException)
        {
            throw Failure(name, exception);
        }
    }

    public void Dispose()
    {
        // The client has nothing to dispose of.
    }

    /// <summary>The SDK's message goes on with headers and the body; its first line says what happened.</summary>
    private IOException Failure(string name, Exception exception) => new(
        $"{container.Name}/{name}: {exception.Message.Split('\n')[0].Trim()}", exception);
}

/// <summary>A bucket or container, and a name or prefix in it.</summary>
internal sealed record ObjectPlace(string Holder, string Name)
{
    /// <param name="text"><c>s3://bucket/name</c> or <c>container/name</c>.</param>
    /// <param name="option">The option that it was given with, for the error message.</param>
    public static ObjectPlace Parse(string? text, string option, string form)
    {
        var path = text?.StartsWith("s3://", StringComparison.Ordinal) is true ? text["s3://".Length..] : form.StartsWith("s3:", StringComparison.Ordinal) ? null : text;
        var parts = path?.Split('/', 2, StringSplitOptions.TrimEntries);
        return parts is [{ Length: > 0 } holder, ..]
            ? new(holder, parts.Length > 1 ? parts[1].Trim('/') : "")
            : throw new UsageException($"{option} must have the form {form}.");
    }

    /// <summary>A name below this one.</summary>
    public string Below(string name) => Name.Length == 0 ? name : $"{Name}/{name}";
}
