using Microsoft.Extensions.Logging;

namespace Smplat.Functions.Storage;

/// <summary>Log events of the table service, 3200 to 3219.</summary>
internal static partial class StorageLog
{
    [LoggerMessage(3200, LogLevel.Warning, "Circuit open for table {Table} after {Problem}; the app continues without it")]
    public static partial void TablePaused(ILogger logger, string table, string problem);

    [LoggerMessage(3201, LogLevel.Error, "AzureWebJobsStorage cannot be used: {Problem}; the app continues without the table service")]
    public static partial void Unusable(ILogger logger, string problem);
}
