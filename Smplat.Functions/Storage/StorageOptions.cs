using System.ComponentModel.DataAnnotations;
using Azure.Core;
using Azure.Identity;
using Microsoft.Extensions.Configuration;
using Smplat.Core.Platform.Settings;

namespace Smplat.Functions.Storage;

/// <summary>The table service that instances share. Without it each instance works alone.</summary>
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

    /// <summary>Client id of a user-assigned identity. When unset, the system-assigned identity is used.</summary>
    [ConfigurationKeyName("AzureWebJobsStorage__clientId")]
    public string? ClientId { get; init; }

    /// <summary>Milliseconds that a caller waits for the table service. Default 150; after that the vendor is called instead.</summary>
    [ConfigurationKeyName("SMPLAT_TABLES_TIMEOUT_MS")]
    [Range(10, 5000)]
    public int TimeoutMs { get; init; } = 150;

    /// <summary>The table service for access with an identity; null when none is configured.</summary>
    public Uri? IdentityTables => TableServiceUri
        ?? (string.IsNullOrWhiteSpace(AccountName) ? null : new Uri($"https://{AccountName}.table.core.windows.net"));

    /// <summary>The app's managed identity: the configured one, otherwise the system-assigned one.</summary>
    public TokenCredential CreateCredential() => new ManagedIdentityCredential(string.IsNullOrWhiteSpace(ClientId)
        ? ManagedIdentityId.SystemAssigned
        : ManagedIdentityId.FromUserAssignedClientId(ClientId));

    public bool OpensTheSameAs(StorageOptions other) =>
        (ConnectionString, IdentityTables, ClientId) == (other.ConnectionString, other.IdentityTables, other.ClientId);
}
