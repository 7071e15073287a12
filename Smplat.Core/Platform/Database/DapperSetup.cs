using System.Data;
using System.Runtime.CompilerServices;
using Dapper;

namespace Smplat.Core.Platform.Database;

/// <summary>How Dapper maps our columns, set once before the first query.</summary>
public static class DapperSetup
{
#pragma warning disable CA2255 // Stores are also used without the container (tests, tools), so the mapping cannot wait for it.
    [ModuleInitializer]
    public static void Apply()
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        SqlMapper.RemoveTypeMap(typeof(DateTimeOffset));
        SqlMapper.RemoveTypeMap(typeof(DateTimeOffset?));
        SqlMapper.AddTypeHandler(new InstantHandler());
    }
#pragma warning restore CA2255

    /// <summary>Npgsql hands out UTC DateTime for timestamptz, and refuses to write an offset other than zero.</summary>
    private sealed class InstantHandler : SqlMapper.TypeHandler<DateTimeOffset>
    {
        public override void SetValue(IDbDataParameter parameter, DateTimeOffset value) => parameter.Value = value.UtcDateTime;

        public override DateTimeOffset Parse(object value) => value switch
        {
            DateTimeOffset instant => instant,
            DateTime utc => new DateTimeOffset(DateTime.SpecifyKind(utc, DateTimeKind.Utc)),
            _ => throw new DataException($"A {value.GetType()} is not an instant."),
        };
    }
}
