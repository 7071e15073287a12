using Smplat.Core.Platform.Input;

namespace Smplat.Core.Catalog;

/// <summary>A search that a visitor made.</summary>
public sealed record RecordSearch(string? Query, string? Category, string Sort, int ResultsCount)
{
    private const int MaxText = 1_000;

    /// <summary>No catalogue is larger; one invented number must not spoil the average.</summary>
    private const int MaxResults = 1_000_000;

    public static RecordSearch Read(Fields fields)
    {
        var sort = fields.Text("sort", max: MaxText);
        fields.RefuseNull("sort", "A text is expected.", "string_type");

        return new(
            fields.Text("query", max: MaxText),
            fields.Text("category", max: MaxText),
            sort ?? SearchTerms.DefaultSort,
            fields.RequiredInteger("results_count", max: MaxResults));
    }
}
