namespace Smplat.Core.Trust;

/// <summary>What became of a message of the content system.</summary>
/// <param name="Status"><c>stored</c>, <c>deleted</c>, <c>outdated</c> or <c>ignored</c>.</param>
public sealed record ContentTaken(string Status, string? Environment = null, string? Slug = null)
{
    public const string Stored = "stored";
    public const string Deleted = "deleted";

    /// <summary>A newer message was here before; the delivery was late or repeated.</summary>
    public const string Outdated = "outdated";

    /// <summary>Another collection's document.</summary>
    public const string Ignored = "ignored";
}
