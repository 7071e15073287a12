using System.ComponentModel.DataAnnotations;
using Azure.Core;
using Azure.Identity;
using Microsoft.Extensions.Configuration;
using Smplat.Core.Platform.Settings;

namespace Smplat.Functions.Storage;

/// <summary>
/// The table service that instances share, without which each works alone, and the blobs of product media, without which nothing
/// can be uploaded.
/// </summary>
public sealed class StorageOptions
{
    /// <summary>Connection string of the storage account. A local run starts Azurite when it is unset.</summary>
    [ConfigurationKeyName("AzureWebJobsStorage")]
    [SecretSetting]
    public string? ConnectionString { get; init; }

    /// <summary>Name of the storage account when it is accessed with an identity instead of a connection string; infra sets it.</summary>
    [ConfigurationKeyName("AzureWebJobsStorage__accountName")]
    public string? AccountName { get; init; }

    /// <summary>Address of the table service, if it does not follow from the account's name.</summary>
    [ConfigurationKeyName("AzureWebJobsStorage__tableServiceUri")]
    public Uri? TableServiceUri { get; init; }

    /// <summary>Address of the blob service, if it does not follow from the account's name.</summary>
    [ConfigurationKeyName("AzureWebJobsStorage__blobServiceUri")]
    public Uri? BlobServiceUri { get; init; }

    /// <summary>Client id of a user-assigned identity. When unset, the system-assigned identity is used.</summary>
    [ConfigurationKeyName("AzureWebJobsStorage__clientId")]
    public string? ClientId { get; init; }

    /// <summary>Milliseconds that a caller waits for the table service. Default 150; after that the vendor is called instead.</summary>
    [ConfigurationKeyName("SMPLAT_TABLES_TIMEOUT_MS")]
    [Range(10, 5000)]
    public int TimeoutMs { get; init; } = 150;

    /// <summary>The private container of product media; it is created when it is missing. Default product-assets.</summary>
    [ConfigurationKeyName("ASSET_BUCKET")]
    [RegularExpression("^[a-z0-9](-?[a-z0-9]){2,62}$", ErrorMessage = "ASSET_BUCKET must be the name of a container: 3 to 63 lower-case letters, digits and single hyphens.")]
    public string AssetContainer { get; init; } = "product-assets";

    /// <summary>Origin from which product media are read, such as a CDN before the container. Default: the blob service itself.</summary>
    [ConfigurationKeyName("ASSET_PUBLIC_BASE_URL")]
    public Uri? AssetBaseUrl { get; init; }

    /// <summary>The blob service for access with an identity; null when none is configured.</summary>
    public Uri? IdentityBlobs => BlobServiceUri
        ?? (string.IsNullOrWhiteSpace(AccountName) ? null : new Uri($"https://{AccountName}.blob.core.windows.net"));

    /// <summary>The table service for access with an identity; null when none is configured.</summary>
    public Uri? IdentityTables => TableServiceUri
        ?? (string.IsNullOrWhiteSpace(AccountName) ? null : new Uri($"https://{AccountName}.table.core.windows.net"));

    /// <summary>The app's managed identity: the configured one, otherwise the system-assigned one.</summary>
    public TokenCredential CreateCredential() => new ManagedIdentityCredential(string.IsNullOrWhiteSpace(ClientId)
        ? ManagedIdentityId.SystemAssigned
        : ManagedIdentityId.FromUserAssignedClientId(ClientId));

    public bool OpensTheSameAs(StorageOptions other) =>
        (ConnectionString, IdentityTables, IdentityBlobs, ClientId, AssetContainer)
            == (other.ConnectionString, other.IdentityTables, other.IdentityBlobs, other.ClientId, other.AssetContainer);
}
