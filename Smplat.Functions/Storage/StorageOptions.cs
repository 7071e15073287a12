using System.ComponentModel.DataAnnotations;
using Azure.Core;
using Azure.Identity;
using Microsoft.Extensions.Configuration;
using Smplat.Core.Platform.Settings;

namespace Smplat.Functions.Storage;

/// <summary>The table service that instances share to save work. Without it each instance works alone.</summary>
public sealed class StorageOptions
{
    /// <summary>Connection string of the storage account. A local run starts Azurite when it is unset.</summary>
    [ConfigurationKeyName("AzureWebJobsStorage")]
    [SecretSetting]
    public string? ConnectionString { get; init; }

    /// <summary>Name of the storage account when identities open it and not a connection string; infra sets it.</summary>
    [ConfigurationKeyName("AzureWebJobsStorage__accountName")]
    public string? AccountName { get; init; }

    /// <summary>Address of the table service, where it does not follow from the account's name.</summary>
    [ConfigurationKeyName("AzureWebJobsStorage__tableServiceUri")]
    public Uri? TableServiceUri { get; init; }

    /// <summary>Client id of the app's own identity; unset takes the one of the system.</summary>
    [ConfigurationKeyName("AzureWebJobsStorage__clientId")]
    public string? ClientId { get; init; }

    /// <summary>Milliseconds that a caller waits for the table service. Default 150: after that the vendor is asked instead.</summary>
    [ConfigurationKeyName("SMPLAT_TABLES_TIMEOUT_MS")]
    [Range(10, 5000)]
    public int TimeoutMs { get; init; } = 150;

    /// <summary>The table service that identities open; null when none is named.</summary>
    public Uri? IdentityTables => TableServiceUri
        ?? (string.IsNullOrWhiteSpace(AccountName) ? null : new Uri($"https://{AccountName}.table.core.windows.net"));

    /// <summary>The app's managed identity: the one that is named, else the one of the system.</summary>
    public TokenCredential CreateCredential() => new ManagedIdentityCredential(string.IsNullOrWhiteSpace(ClientId)
        ? ManagedIdentityId.SystemAssigned
        : ManagedIdentityId.FromUserAssignedClientId(ClientId));

    public bool OpensTheSameAs(StorageOptions other) =>
        (ConnectionString, IdentityTables, ClientId) == (other.ConnectionString, other.IdentityTables, other.ClientId);
}
