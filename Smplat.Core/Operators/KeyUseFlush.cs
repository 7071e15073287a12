using Microsoft.Extensions.Logging;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Operators;

/// <summary>Adds noted uses every five seconds, and once more when the app stops.</summary>
public sealed partial class KeyUseFlush(
    KeyUseLog uses, MigrationGate migrations, TimeProvider clock, ILogger<KeyUseFlush> logger)
    : WriteBehind(migrations, TimeSpan.FromSeconds(5), clock)
{
    protected override Task FlushAsync(CancellationToken cancellationToken) => uses.FlushAsync(cancellationToken);

    protected override void Waits(string problem) => LogWaiting(logger, problem);

    [LoggerMessage(1321, LogLevel.Warning, "Uses of keys wait for the database: {Problem}")]
    private static partial void LogWaiting(ILogger logger, string problem);
}
