using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Smplat.Core.Operators;

/// <summary>How long uses of keys are kept.</summary>
public sealed class KeyUseOptions
{
    /// <summary>Days that the key-use log is kept. Default 400: a year's review can look back over the whole year.</summary>
    [ConfigurationKeyName("SMPLAT_KEY_USE_RETENTION_DAYS")]
    [Range(30, 3650)]
    public int RetentionDays { get; init; } = 400;
}
