using Microsoft.Extensions.Logging;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Commerce.Providers;

/// <summary>Adds gathered vendor calls every second, and once more when the app stops.</summary>
internal sealed class VendorCallFlush(
    VendorCallLedger ledger, MigrationGate migrations, TimeProvider clock, ILogger<VendorCallFlush> logger)
    : WriteBehind(migrations, TimeSpan.FromSeconds(1), clock)
{
    protected override Task FlushAsync(CancellationToken cancellationToken) => ledger.FlushAsync(cancellationToken);

    protected override void Waits(string problem) => VendorLog.LedgerWaits(logger, problem);
}
