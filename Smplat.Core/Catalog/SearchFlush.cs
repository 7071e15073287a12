using Microsoft.Extensions.Logging;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Catalog;

/// <summary>Adds gathered searches every second, and once more when the app stops.</summary>
public sealed partial class SearchFlush(
    SearchTelemetry telemetry, MigrationGate migrations, TimeProvider clock, ILogger<SearchFlush> logger)
    : WriteBehind(migrations, TimeSpan.FromSeconds(1), clock)
{
    protected override Task FlushAsync(CancellationToken cancellationToken) => telemetry.FlushAsync(cancellationToken);

    protected override void Waits(string problem) => LogNotFlushed(logger, problem);

    [LoggerMessage(5801, LogLevel.Warning, "Catalogue searches wait for the database: {Problem}")]
    private static partial void LogNotFlushed(ILogger logger, string problem);
}
