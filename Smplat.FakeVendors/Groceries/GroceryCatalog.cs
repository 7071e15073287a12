namespace Smplat.FakeVendors.Groceries;

/// <summary>The products of all fake vendors and their fuzzy search.</summary>
public static class GroceryCatalog
{
    public static IReadOnlyList<Grocery> All { get; } = Load();

    /// <summary>
    /// Products that share a word with the term, better ones first. The order of equal matches changes with
    /// <paramref name="turn"/>, as at vendors whose search is not stable.
    /// </summary>
    public static IReadOnlyList<Grocery> Search(string term, int turn)
    {
        var words = term.ToLowerInvariant().Split([' ', ',', '-'], StringSplitOptions.RemoveEmptyEntries)
            .Select(Singular)
            .ToArray();
        return
        [
            .. All
                .Select(grocery => (grocery, hits: words.Count(word => Mentions(grocery, word))))
                .Where(found => found.hits > 0)
                .OrderByDescending(found => found.hits)
                .ThenBy(found => (found.grocery.Index * 31 + turn * 17) % 101)
                .Select(found => found.grocery),
        ];
    }

    private static bool Mentions(Grocery grocery, string word) =>
        grocery.Words.Contains(word)
        || grocery.Name.Contains(word, StringComparison.OrdinalIgnoreCase)
        || grocery.Brand.Contains(word, StringComparison.OrdinalIgnoreCase);

    private static string Singular(string word) => word switch
    {
        _ when word.EndsWith("ies", StringComparison.Ordinal) => word[..^3] + "y",
        _ when word.EndsWith("oes", StringComparison.Ordinal) => word[..^2],
        _ when word.Length > 3 && word.EndsWith('s') && !word.EndsWith("ss", StringComparison.Ordinal) => word[..^1],
        _ => word,
    };

    private static List<Grocery> Load()
    {
        using var stream = typeof(GroceryCatalog).Assembly.GetManifestResourceStream("groceries.csv")!;
        using var reader = new StreamReader(stream);
        return
        [
            .. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Skip(1)
                .Select((line, index) => Parse(line.Split(','), index)),
        ];
    }

    private static Grocery Parse(string[] cells, int index) => new(
        index,
        cells[0],
        cells[1],
        cells[2],
        cells[3],
        cells[4],
        int.Parse(cells[5], System.Globalization.CultureInfo.InvariantCulture),
        cells[6].Split(' '));
}

/// <summary>A product that the fake vendors sell, before each of them gives it its own id, price and stock.</summary>
public sealed record Grocery(
    int Index, string Upc, string Brand, string Name, string Size, string Category, int Cents, IReadOnlyList<string> Words)
{
    /// <summary>The price of a shop at its price level in percent; prices from a dollar up end in nine cents.</summary>
    public int PriceAt(int percent)
    {
        var cents = Cents * percent / 100;
        return Cents < 100 ? Math.Max(1, cents) : Math.Max(9, cents / 10 * 10 + 9);
    }
}
