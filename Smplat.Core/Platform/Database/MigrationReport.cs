namespace Smplat.Core.Platform.Database;

/// <summary>What a migration run did.</summary>
/// <param name="WasEmpty">True when the database had no migration at all before.</param>
/// <param name="Applied">File names in the order of application; empty when nothing was pending.</param>
/// <param name="Newer">Migrations of the database that this build does not know: it is newer than the build.</param>
public sealed record MigrationReport(bool WasEmpty, IReadOnlyList<string> Applied, IReadOnlyList<string> Newer);
