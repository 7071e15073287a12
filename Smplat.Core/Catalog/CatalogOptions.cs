using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Smplat.Core.Catalog;

/// <summary>How long what people searched for is remembered.</summary>
public sealed class CatalogOptions
{
    /// <summary>Days after which a query, category or sort that nobody used again is forgotten; totals stay. Default 90.</summary>
    [ConfigurationKeyName("CATALOG_SEARCH_RETENTION_DAYS")]
    [Range(1, 3_650)]
    public int SearchRetentionDays { get; init; } = 90;
}
