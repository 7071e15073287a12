using Microsoft.Extensions.Logging;

namespace Smplat.Core.Merchandising;

/// <summary>Log events of merchandising, 8000 to 8099.</summary>
internal static partial class MerchandisingLog
{
    [LoggerMessage(8000, LogLevel.Information, "Product {Product}: {Action}, now version {Version}")]
    internal static partial void ProductChanged(ILogger logger, string product, string action, long version);

    [LoggerMessage(8001, LogLevel.Information, "{Count} files that no product needs were deleted")]
    internal static partial void BlobsDeleted(ILogger logger, int count);

    [LoggerMessage(8010, LogLevel.Information, "Bundle {Bundle}: {Action}, now version {Version}")]
    internal static partial void BundleChanged(ILogger logger, string bundle, string action, long version);

    [LoggerMessage(8020, LogLevel.Warning, "Catalog promotion {Promotion} applied: {Count} changes")]
    internal static partial void Promoted(ILogger logger, string promotion, int count);

    [LoggerMessage(8021, LogLevel.Warning, "Catalog promotion {Promotion} rolled back: {Count} changes")]
    internal static partial void RolledBack(ILogger logger, string promotion, int count);
}
