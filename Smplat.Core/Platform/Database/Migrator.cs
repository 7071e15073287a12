using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Smplat.Core.Platform.Database;

/// <summary>What a migration run did.</summary>
/// <param name="WasEmpty">True when the database had no migrations before the run.</param>
/// <param name="Applied">File names in the order of application; empty when nothing was pending.</param>
/// <param name="Newer">Migrations in the database that this build does not know: the database is newer than the build.</param>
public sealed record MigrationReport(bool WasEmpty, IReadOnlyList<string> Applied, IReadOnlyList<string> Newer);

/// <summary>The migrations of a database compared with those of this build.</summary>
/// <param name="Applied">Migrations that both have.</param>
/// <param name="Pending">Migrations that only the build has: <c>smplat migrate</c> would apply them.</param>
/// <param name="Newer">Migrations that only the database has: a newer version applied them.</param>
public sealed record SchemaStatus(IReadOnlyList<string> Applied, IReadOnlyList<string> Pending, IReadOnlyList<string> Newer)
{
    internal static SchemaStatus Compare(IReadOnlyList<Migration> migrations, IReadOnlyDictionary<int, AppliedMigration> applied)
    {
        var known = migrations.ToLookup(migration => applied.ContainsKey(migration.Number), migration => migration.Name);
        var numbers = migrations.Select(migration => migration.Number).ToHashSet();
        return new(
            [.. known[true]],
            [.. known[false]],
            [.. applied.Values.Where(row => !numbers.Contains(row.Number)).OrderBy(row => row.Number).Select(row => row.Name)]);
    }

    /// <summary>What a newer database means and what to do about it, for logs, readiness and the command line.</summary>
    public static string Explain(IReadOnlyList<string> newer) =>
        $"The database is newer than this build, which does not know {string.Join(", ", newer)}. This is normal after a rollback: "
        + "migrations only add, so this build works with them. Otherwise this is an old build, or another app's database: deploy the newer version.";
}

/// <summary>
/// Brings a database up to this build. Safe when many instances start at once: one of them holds an advisory lock and
/// applies everything in a single transaction; the others wait and then find nothing pending.
/// </summary>
public sealed class Migrator(NpgsqlDataSource database, ILogger<Migrator> logger)
{
    private const int LockTimeoutSeconds = 300;

    /// <exception cref="EditedMigrationException">An applied migration no longer has the text that it was applied with.</exception>
    /// <exception cref="MigrationHistoryMismatchException">The database was created by migrations from before they were squashed.</exception>
    public async Task<MigrationReport> MigrateAsync(CancellationToken cancellationToken) =>
        await MigrateAsync(Migration.ReadAll(), cancellationToken);

    /// <summary>The same with a given list of migrations, for tests of the migrator itself.</summary>
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
            // Connections that were opened before a migration do not know the types that it created.
            await connection.ReloadTypesAsync(cancellationToken);
        }

        var newer = SchemaStatus.Compare(migrations, applied).Newer;
        if (newer.Count > 0)
        {
            DatabaseLog.NewerSchema(logger, SchemaStatus.Explain(newer));
        }

        return new(applied.Count == 0 && pending.Length > 0, pending.Select(migration => migration.Name).ToArray(), newer);
    }

    /// <summary>Compares the database with this build. Writes nothing and takes no lock.</summary>
    /// <exception cref="EditedMigrationException">An applied migration no longer has the text that it was applied with.</exception>
    /// <exception cref="MigrationHistoryMismatchException">The database was created by migrations from before they were squashed.</exception>
    public async Task<SchemaStatus> InspectAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.ExecuteScalarAsync<bool>(Sql.Command(MigrationStore.HasTable, null, cancellationToken))
            ? await connection.QueryAsync<AppliedMigration>(Sql.Command(MigrationStore.ListApplied, null, cancellationToken))
            : [];
        var applied = rows.ToDictionary(row => row.Number);
        var migrations = Migration.ReadAll();
        Verify(migrations, applied);
        return SchemaStatus.Compare(migrations, applied);
    }

    private static void Verify(IReadOnlyList<Migration> migrations, Dictionary<int, AppliedMigration> applied)
    {
        foreach (var migration in migrations)
        {
            if (applied.TryGetValue(migration.Number, out var row) && row.Name != migration.Name)
            {
                throw new MigrationHistoryMismatchException(row.Name, migration.Name);
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
        DatabaseLog.ApplyingMigration(logger, migration.Name);
        await connection.ExecuteAsync(Sql.Command(
            migration.Text, null, cancellationToken, transaction, LockTimeoutSeconds));
        await connection.ExecuteAsync(Sql.Command(
            MigrationStore.Record,
            new { migration.Number, migration.Name, migration.Checksum },
            cancellationToken,
            transaction));
    }
}

/// <summary>One embedded migration: its number, its file name, its text and the checksum that it is recorded with.</summary>
public sealed record Migration(int Number, string Name, string Text, string Checksum)
{
    /// <summary>All migrations of this build, by number.</summary>
    public static IReadOnlyList<Migration> ReadAll()
    {
        var assembly = typeof(Migration).Assembly;
        return assembly.GetManifestResourceNames()
            .Where(name => name.EndsWith(".sql", StringComparison.Ordinal))
            .Select(name => Read(assembly, name))
            .OrderBy(migration => migration.Number)
            .ToArray();
    }

    private static Migration Read(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        var text = reader.ReadToEnd().ReplaceLineEndings("\n");
        var number = int.Parse(name.AsSpan(0, 4), CultureInfo.InvariantCulture);
        return new(number, name, text, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))));
    }
}

/// <summary>A row of <c>schema_migration</c>.</summary>
public sealed record AppliedMigration(int Number, string Name, string Checksum, DateTimeOffset AppliedAt);

/// <summary>The migrations of the database contradict those of this build. Nothing was changed.</summary>
public abstract class MigrationConflictException(string message) : Exception(message)
{
    protected const string Reset =
        "in a local run, stop the app, delete .local/postgres-<major> (or that folder inside the one that SMPLAT_LOCAL_FOLDER names) and start again; "
        + "anywhere else, use a new database.";
}

/// <summary>A migration was edited after it had been applied; the database may differ from what this build expects.</summary>
internal sealed class EditedMigrationException(IReadOnlyList<string> names) : MigrationConflictException(
    $"Applied migrations were edited: {string.Join(", ", names)}. Restore their text and put the change into a new migration. "
    + $"If the data can be lost: {Reset}")
{
    public IReadOnlyList<string> Names { get; } = names;
}

/// <summary>
/// The database has other migrations under the same numbers. This is the case for every database from before the migrations were
/// squashed into one baseline for each owner, because its first migration has another name.
/// </summary>
internal sealed class MigrationHistoryMismatchException(string found, string expected) : MigrationConflictException(
    $"The database was created by other migrations, such as those from before they were squashed: it has {found} where this build has "
    + $"{expected}. It cannot be upgraded and was not changed; {Reset}");
