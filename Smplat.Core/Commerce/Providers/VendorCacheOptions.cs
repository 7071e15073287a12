using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Smplat.Core.Commerce.Providers;

/// <summary>How much of the vendors' answers is kept. How long is set beside the quotes.</summary>
public sealed class VendorCacheOptions
{
    /// <summary>Entries that one instance keeps in memory. Default 20000; read at start.</summary>
    [ConfigurationKeyName("LOOPGPT_CACHE_MAX_ENTRIES")]
    [Range(100, 1_000_000)]
    public int MemoryEntries { get; init; } = 20_000;

    /// <summary>
    /// Megabytes that the entries in memory may have together, measured as JSON; as objects they take about three times as
    /// much. Default 32; read at start.
    /// </summary>
    [ConfigurationKeyName("LOOPGPT_CACHE_MAX_MEGABYTES")]
    [Range(1, 4096)]
    public int MemoryMegabytes { get; init; } = 32;

    /// <summary>Share quotes, stores and products with the other instances over the table service. Default true.</summary>
    [ConfigurationKeyName("LOOPGPT_SHARED_CACHE_ENABLED")]
    public bool SharedEnabled { get; init; } = true;

    /// <summary>Days that the ledger of vendor calls is kept. Default 400.</summary>
    [ConfigurationKeyName("LOOPGPT_VENDOR_CALL_RETENTION_DAYS")]
    [Range(1, 3650)]
    public int CallRetentionDays { get; init; } = 400;
}
