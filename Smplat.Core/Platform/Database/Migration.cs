using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Smplat.Core.Platform.Database;

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
        var number = int.Parse(name.AsSpan(0, 4), System.Globalization.CultureInfo.InvariantCulture);
        return new(number, name, text, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))));
    }
}
