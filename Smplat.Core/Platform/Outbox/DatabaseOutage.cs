using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Platform.Outbox;

/// <summary>Tells our own database being away, which ends a pass, from everything that one message may have caused.</summary>
public static class DatabaseOutage
{
    public static bool Is(Exception exception) =>
        (exception is NpgsqlException && DatabaseErrors.IsOutage(exception))
        || (exception.InnerException is { } inner && Is(inner));
}
