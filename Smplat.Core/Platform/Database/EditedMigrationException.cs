namespace Smplat.Core.Platform.Database;

/// <summary>The migrations of the database and those of this build contradict one another. Nothing was changed.</summary>
public abstract class MigrationConflictException(string message) : Exception(message)
{
    protected const string Reset =
        "in a local run, stop the app, delete .local/postgres-<major> (or that folder in the one that SMPLAT_LOCAL_FOLDER names) and start again; "
        + "anywhere else, use a new database.";
}

/// <summary>A migration was edited after it had been applied; the database may not be what this build believes.</summary>
public sealed class EditedMigrationException(IReadOnlyList<string> names) : MigrationConflictException(
    $"Applied migrations were edited: {string.Join(", ", names)}. Restore their text and put the change into a new migration. "
    + $"If the database may be lost: {Reset}")
{
    public IReadOnlyList<string> Names { get; } = names;
}

/// <summary>
/// The database numbers its migrations otherwise than this build. Every database from before the migrations were squashed into
/// one baseline for each owner does, because its first migration has another name.
/// </summary>
public sealed class OtherMigrationsException(string found, string expected) : MigrationConflictException(
    $"The database was made by the migrations of another line, such as those from before they were squashed: it has {found} where this build has "
    + $"{expected}. It cannot be upgraded and was left as it is; {Reset}");
