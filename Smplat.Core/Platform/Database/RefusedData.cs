using Npgsql;

namespace Smplat.Core.Platform.Database;

/// <summary>Tells rows that the database will never take from a database that cannot take any.</summary>
public static class RefusedData
{
    /// <summary>
    /// True when the data is at fault and not the moment or the schema: SQLSTATE classes 22 and 23, a value that is too long
    /// for an index or for jsonb (54000), and values that cannot even be sent.
    /// </summary>
    public static bool IsCauseOf(Exception exception) => exception is PostgresException postgres
        ? postgres.SqlState is ['2', '2' or '3', ..] or PostgresErrorCodes.ProgramLimitExceeded
        : exception is ArgumentException or FormatException or OverflowException or InvalidCastException;
}
