using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Smplat.Core.Platform.Database;

/// <summary>
/// Brings a database up to this build. Safe when many instances start at once: one of them holds an advisory lock and
/// applies everything in a single transaction, the others wait and then find nothing pending.
/// </summary>
public sealed partial class Migrator(NpgsqlDataSource database, ILogger<Migrator> logger)
{
    private const int LockTimeoutSeconds = 300;

    /// <exception cref="EditedMigrationException">An applied migration no longer has the text that it was applied with.</exception>
    /// <exception cref="OtherMigrationsException">The database was made by migrations from before they were squashed.</exception>
    public async Task<MigrationReport> MigrateAsync(CancellationToken cancellationToken) =>
        await MigrateAsync(Migration.ReadAll(), cancellationToken);

    /// <summary>The same with a list of migrations given, for tests of the migrator itself.</summary>
    public async Task<MigrationReport> MigrateAsync(IReadOnlyList<Migration> migrations, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(
            MigrationStore.TakeLock, null, cancellationToken, transaction, LockTimeoutSeconds));
        await connection.ExecuteAsync(Sql.Command(MigrationStore.EnsureTable, null, cancellationToken, transaction));
        var applied = (await connection.QueryAsync<AppliedMigration>(Sql.Command(
            MigrationStore.ListApplied, null, cancellationToken, transaction))).ToDictionary(row => row.Number);

        Verify(migrations, applied);
        var pending = migrations.Where(migration => !applied.ContainsKey(migration.Number)).ToArray();
        foreach (var migration in pending)
        {
            await ApplyAsync(migration, connection, transaction, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        if (pending.Length > 0)
        {
            // A type made by a migration is unknown to connections that were opened before it.
            await connection.ReloadTypesAsync(cancellationToken);
        }

        var newer = SchemaStanding.Of(migrations, applied).Newer;
        if (newer.Count > 0)
        {
            LogNewer(logger, SchemaStanding.Explain(newer));
        }

        return new(applied.Count == 0 && pending.Length > 0, pending.Select(migration => migration.Name).ToArray(), newer);
    }

    /// <summary>How the database stands to this build. Writes nothing and takes no lock.</summary>
    /// <exception cref="EditedMigrationException">An applied migration no longer has the text that it was applied with.</exception>
    /// <exception cref="OtherMigrationsException">The database was made by migrations from before they were squashed.</exception>
    public async Task<SchemaStanding> InspectAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.ExecuteScalarAsync<bool>(Sql.Command(MigrationStore.HasTable, null, cancellationToken))
            ? await connection.QueryAsync<AppliedMigration>(Sql.Command(MigrationStore.ListApplied, null, cancellationToken))
            : [];
        var applied = rows.ToDictionary(row => row.Number);
        var migrations = Migration.ReadAll();
        Verify(migrations, applied);
        return SchemaStanding.Of(migrations, applied);
    }

    private static void Verify(IReadOnlyList<Migration> migrations, Dictionary<int, AppliedMigration> applied)
    {
        foreach (var migration in migrations)
        {
            if (applied.TryGetValue(migration.Number, out var row) && row.Name != migration.Name)
            {
                throw new OtherMigrationsException(row.Name, migration.Name);
            }
        }

        var edited = migrations
            .Where(migration => applied.TryGetValue(migration.Number, out var row) && row.Checksum != migration.Checksum)
            .Select(migration => migration.Name)
            .ToArray();
        if (edited.Length > 0)
        {
            throw new EditedMigrationException(edited);
        }
    }

    private async Task ApplyAsync(
        Migration migration, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        LogApplying(logger, migration.Name);
        await connection.ExecuteAsync(Sql.Command(
            migration.Text, null, cancellationToken, transaction, LockTimeoutSeconds));
        await connection.ExecuteAsync(Sql.Command(
            MigrationStore.Record,
            new { migration.Number, migration.Name, migration.Checksum },
            cancellationToken,
            transaction));
    }

    [LoggerMessage(1101, LogLevel.Information, "Applying migration {Name}")]
    private static partial void LogApplying(ILogger logger, string name);

    [LoggerMessage(1103, LogLevel.Warning, "{Explanation}")]
    private static partial void LogNewer(ILogger logger, string explanation);
}
