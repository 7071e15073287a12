using Smplat.Core.Platform.Input;

namespace Smplat.Core.Catalog;

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
            string.IsNullOrEmpty(asked) ? null : Clean(asked),
            string.IsNullOrWhiteSpace(category) ? AllCategories : Clean(category.ToLowerInvariant()),
            string.IsNullOrWhiteSpace(sort) ? DefaultSort : Clean(sort));
    }

    private static string Clean(string text)
    {
        if (PersonalDataPolicy.HoldsAddress(text))
        {
            return PersonalDataPolicy.Redacted;
        }

        // Half of a surrogate pair cannot be stored.
        return text.Length <= MaxLength ? text
            : char.IsHighSurrogate(text[MaxLength - 1]) ? text[..(MaxLength - 1)]
            : text[..MaxLength];
    }
}
