using Microsoft.Extensions.Logging;

namespace Smplat.Core.Platform.Database;

/// <summary>Log events of the database, 1100 to 1199.</summary>
internal static partial class DatabaseLog
{
    [LoggerMessage(1101, LogLevel.Information, "Applying migration {Name}")]
    internal static partial void ApplyingMigration(ILogger logger, string name);

    [LoggerMessage(1102, LogLevel.Error, "The database cannot be migrated yet; trying again: {Problem}")]
    internal static partial void DatabaseUnavailable(ILogger logger, string problem);

    [LoggerMessage(1103, LogLevel.Warning, "{Explanation}")]
    internal static partial void NewerSchema(ILogger logger, string explanation);

    [LoggerMessage(1104, LogLevel.Critical, "The app does not start. {Problem}")]
    internal static partial void StartRefused(ILogger logger, string problem);
}
