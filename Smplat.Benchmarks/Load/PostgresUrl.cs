using Npgsql;

namespace Smplat.Benchmarks.Load;

/// <summary>A connection string the way programs outside .NET read it.</summary>
internal static class PostgresUrl
{
    public static string Of(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        return $"postgres://{settings.Username}:{Uri.EscapeDataString(settings.Password ?? "")}@{settings.Host}:{settings.Port}/{settings.Database}";
    }
}
