using Microsoft.Extensions.Logging;

namespace Smplat.Core.Commerce.Providers;

/// <summary>Log lines of the vendor clients, event ids 3000 to 3299. None holds names, addresses, tokens or a vendor's own text.</summary>
internal static partial class VendorLog
{
    [LoggerMessage(3000, LogLevel.Warning, "Vendor calls wait for the database: {Problem}")]
    public static partial void LedgerWaits(ILogger logger, string problem);

    [LoggerMessage(3001, LogLevel.Warning, "Failed to publish the circuit state to the other instances: {Problem}")]
    public static partial void CircuitsNotPublished(ILogger logger, string problem);
}
