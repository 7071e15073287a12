namespace Smplat.Core.Database;

/// <summary>A migration was edited after it had been applied; the database may not be what this build believes.</summary>
public sealed class EditedMigrationException(IReadOnlyList<string> names) : Exception(
    $"Applied migrations were edited: {string.Join(", ", names)}. Restore their text and put the change into a new migration.")
{
    public IReadOnlyList<string> Names { get; } = names;
}
