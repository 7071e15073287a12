namespace Smplat.Core.Platform.Database;

/// <summary>Statements of the migrator.</summary>
internal static class MigrationStore
{
    // Held until the transaction ends: only one instance at a time migrates a schema.
    internal const string TakeLock =
        """
        select pg_advisory_xact_lock(hashtextextended('smplat.migrate.' || current_schema(), 0))
        """;

    internal const string EnsureTable =
        """
        create table if not exists schema_migration (
            number integer primary key,
            name text not null unique,
            checksum text not null,
            applied_at timestamptz not null default now()
        )
        """;

    internal const string HasTable = "select to_regclass('schema_migration') is not null";

    internal const string ListApplied =
        """
        select number, name, checksum, applied_at
        from schema_migration
        order by number
        """;

    internal const string Record =
        """
        insert into schema_migration (number, name, checksum)
        values (@Number, @Name, @Checksum)
        """;
}
