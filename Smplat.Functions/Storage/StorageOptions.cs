using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Smplat.Core.Settings;

namespace Smplat.Functions.Storage;

/// <summary>The table service that instances share to save work. Without it each instance works alone.</summary>
public sealed class StorageOptions
{
    /// <summary>Connection string of the storage account. A local run starts Azurite when it is unset.</summary>
    [ConfigurationKeyName("AzureWebJobsStorage")]
    [SecretSetting]
    public string? ConnectionString { get; init; }

    /// <summary>Milliseconds that a caller waits for the table service. Default 150: after that the vendor is asked instead.</summary>
    [ConfigurationKeyName("SMPLAT_TABLES_TIMEOUT_MS")]
    [Range(10, 5000)]
    public int TimeoutMs { get; init; } = 150;
}
