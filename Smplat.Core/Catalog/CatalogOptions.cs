using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Smplat.Core.Catalog;

/// <summary>How long search terms are kept.</summary>
internal sealed class CatalogOptions
{
    /// <summary>Days after which an unused query, category or sort is deleted; totals are kept. Default 90.</summary>
    [ConfigurationKeyName("CATALOG_SEARCH_RETENTION_DAYS")]
    [Range(1, 3_650)]
    public int SearchRetentionDays { get; init; } = 90;
}
