using Npgsql;

namespace Smplat.Core.Database;

/// <summary>Tells rows that the database will never take from a database that cannot take any.</summary>
public static class RefusedData
{
    /// <summary>True when the data is at fault and not the moment or the schema: SQLSTATE classes 22 and 23.</summary>
    public static bool IsCauseOf(Exception exception) => exception is PostgresException { SqlState: ['2', '2' or '3', ..] };
}
