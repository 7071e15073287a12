using Smplat.Core.Analytics.Ingestion;

namespace Smplat.Core.Catalog.Search;

/// <summary>How searches are made comparable: what is counted as the same query, category and sort.</summary>
/// <param name="Query">Null when nothing was asked for.</param>
public sealed record SearchTerms(string? Query, string Category, string Sort)
{
    public const string DefaultSort = "featured";
    public const string AllCategories = "all";

    /// <summary>Longest value that is kept; the rest of a longer one is cut off.</summary>
    public const int MaxLength = 100;

    public static SearchTerms Of(string? query, string? category, string sort)
    {
        var asked = query?.Trim().ToLowerInvariant();
        return new(
            string.IsNullOrEmpty(asked) ? null : PersonalDataPolicy.HoldsAddress(asked) ? PersonalDataPolicy.Redacted : Cut(asked),
            string.IsNullOrWhiteSpace(category) ? AllCategories : Cut(category.ToLowerInvariant()),
            string.IsNullOrWhiteSpace(sort) ? DefaultSort : Cut(sort));
    }

    private static string Cut(string text)
    {
        // Postgres takes no U+0000 and no half of a surrogate pair.
        var clean = text.Replace("\0", "", StringComparison.Ordinal);
        if (clean.Length <= MaxLength)
        {
            return clean.Length == 0 ? " " : clean;
        }

        return char.IsHighSurrogate(clean[MaxLength - 1]) ? clean[..(MaxLength - 1)] : clean[..MaxLength];
    }
}
