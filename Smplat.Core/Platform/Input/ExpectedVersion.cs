using System.Globalization;
using System.Text.RegularExpressions;

namespace Smplat.Core.Platform.Input;

/// <summary>
/// The versions that a write may be based on: those that the caller names in <c>If-Match</c>, or any. A weak tag never matches,
/// as RFC 9110 has it.
/// </summary>
public sealed partial class ExpectedVersion
{
    /// <summary>Characters of the header.</summary>
    public const int MaxLength = 200;

    private readonly string[]? _tags;

    private ExpectedVersion(string[]? tags) => _tags = tags;

    /// <summary>Whatever the current version is.</summary>
    public static ExpectedVersion Any { get; } = new(null);

    /// <returns>Null for text that is neither <c>*</c> nor a list of entity tags.</returns>
    public static ExpectedVersion? Parse(string header) =>
        header.Trim() is "*" ? Any
        : header.Length <= MaxLength && TagList().IsMatch(header) ? new([.. Tag().Matches(header).Select(tag => tag.Value)])
        : null;

    /// <summary>The entity tag of a version.</summary>
    public static string TagOf(long version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    public bool Matches(long version) => _tags is null || _tags.Contains(TagOf(version));

    [GeneratedRegex("""^\s*(W/)?"[\x21\x23-\x7E]*"(\s*,\s*(W/)?"[\x21\x23-\x7E]*")*\s*$""")]
    private static partial Regex TagList();

    [GeneratedRegex("(W/)?\"[^\"]*\"")]
    private static partial Regex Tag();
}
