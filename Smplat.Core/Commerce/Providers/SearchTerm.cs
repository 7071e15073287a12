namespace Smplat.Core.Commerce.Providers;

/// <summary>What is typed into a vendor's search for an item: its words in lower case, at most eight.</summary>
internal static class SearchTerm
{
    private const int MostWords = 8;
    private const int Longest = 80;

    public static string Of(string name)
    {
        var parsed = ProductName.Parse(name);
        var words = parsed.Words.Count > 0 ? parsed.Descriptors.Concat(parsed.Words) : Slug.Of(name).Split('-', StringSplitOptions.RemoveEmptyEntries);
        var term = string.Join(' ', words.Take(MostWords));
        return term.Length <= Longest ? term : term[..Longest];
    }
}
