namespace Smplat.Core.Commerce.Providers;

/// <summary>A name taken apart: its words in singular, without sizes and fillers, and the last of them, which names the thing.</summary>
internal sealed class ProductName
{
    private const int MostWords = 24;

    private ProductName(IReadOnlyList<string> words, IReadOnlyList<string> descriptors)
    {
        Words = words;
        Descriptors = descriptors;
    }

    /// <summary>Words in the order of the name, descriptors left out.</summary>
    public IReadOnlyList<string> Words { get; }

    /// <summary>Words such as frozen or organic.</summary>
    public IReadOnlyList<string> Descriptors { get; }

    /// <summary>The word that names the thing: tortilla in flour tortilla. Null when nothing but fillers was given.</summary>
    public string? Head => Words.LastOrDefault(word => !GroceryWords.Forms.Contains(word)) ?? (Words.Count > 0 ? Words[^1] : null);

    public static ProductName Parse(string text)
    {
        var words = new List<string>();
        var descriptors = new List<string>();
        var comma = text.IndexOf(',', StringComparison.Ordinal);
        var afterNumber = false;
        foreach (var word in Split(comma > 0 ? text.AsSpan(0, comma) : text))
        {
            var isSize = char.IsAsciiDigit(word[0]) || (afterNumber && UnitOfMeasure.Find(word) is not null);
            afterNumber = char.IsAsciiDigit(word[0]);
            if (isSize)
            {
                continue;
            }

            if (words.Count > 0 && GroceryWords.Cuts.Contains(word))
            {
                break;
            }

            var singular = Singular(word);
            if (GroceryWords.Descriptors.Contains(singular))
            {
                descriptors.Add(singular);
            }
            else if (!GroceryWords.Ignored.Contains(singular) && singular.Length > 1 && words.Count < MostWords)
            {
                words.Add(singular);
            }
        }

        return new ProductName(words, descriptors);
    }

    internal static string Singular(string word) => word switch
    {
        { Length: > 4 } when word.EndsWith("ies", StringComparison.Ordinal) && word is not "cookies" => word[..^3] + "y",
        "leaves" => "leaf",
        "loaves" => "loaf",
        { Length: > 4 } when word.EndsWith("oes", StringComparison.Ordinal) => word[..^2],
        { Length: > 4 } when word.EndsWith("ches", StringComparison.Ordinal) || word.EndsWith("shes", StringComparison.Ordinal)
            || word.EndsWith("sses", StringComparison.Ordinal) || word.EndsWith("xes", StringComparison.Ordinal) => word[..^2],
        { Length: > 3 } when word.EndsWith('s') && !word.EndsWith("ss", StringComparison.Ordinal)
            && !word.EndsWith("us", StringComparison.Ordinal) => word[..^1],
        _ => word,
    };

    private static List<string> Split(ReadOnlySpan<char> text)
    {
        var words = new List<string>();
        var start = -1;
        for (var index = 0; index <= text.Length; index++)
        {
            var inWord = index < text.Length && (char.IsLetterOrDigit(text[index]) || text[index] is '\'' or '%');
            if (inWord && start < 0)
            {
                start = index;
            }
            else if (!inWord && start >= 0)
            {
                var word = text[start..index].ToString().Replace("'", "", StringComparison.Ordinal).ToLowerInvariant();
                start = -1;
                if (word.Length > 0)
                {
                    words.Add(word);
                }
            }
        }

        return words;
    }
}
