namespace Smplat.Core.Platform.Database;

/// <summary>How a database stands to the migrations of this build.</summary>
/// <param name="Applied">What both have.</param>
/// <param name="Pending">What the build has and the database has not: <c>smplat migrate</c> would apply it.</param>
/// <param name="Newer">What the database has and the build has not: a newer version was here.</param>
public sealed record SchemaStanding(IReadOnlyList<string> Applied, IReadOnlyList<string> Pending, IReadOnlyList<string> Newer)
{
    internal static SchemaStanding Of(IReadOnlyList<Migration> migrations, IReadOnlyDictionary<int, AppliedMigration> applied)
    {
        var known = migrations.ToLookup(migration => applied.ContainsKey(migration.Number), migration => migration.Name);
        var numbers = migrations.Select(migration => migration.Number).ToHashSet();
        return new(
            [.. known[true]],
            [.. known[false]],
            [.. applied.Values.Where(row => !numbers.Contains(row.Number)).OrderBy(row => row.Number).Select(row => row.Name)]);
    }

    /// <summary>What it means that the database is newer, and what to do, for logs, readiness and the command line.</summary>
    public static string Explain(IReadOnlyList<string> newer) =>
        $"The database is newer than this build, which does not know {string.Join(", ", newer)}. After a rollback that is as it should be: "
        + "migrations only add, and this build works beside them. Otherwise this is an old build or another app's database: deploy the newer version.";
}
