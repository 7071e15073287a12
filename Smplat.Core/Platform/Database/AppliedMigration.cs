namespace Smplat.Core.Platform.Database;

/// <summary>A row of <c>schema_migration</c>.</summary>
public sealed record AppliedMigration(int Number, string Name, string Checksum, DateTimeOffset AppliedAt);
