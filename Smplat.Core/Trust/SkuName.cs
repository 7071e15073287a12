namespace Smplat.Core.Trust;

/// <summary>The name under which queue, history and shifts of a product meet.</summary>
public static class SkuName
{
    public const string Unknown = "unknown-sku";

    public static string Of(string? slug, string? title)
    {
        var name = slug?.Trim().ToLowerInvariant();
        if (string.IsNullOrEmpty(name))
        {
            name = title?.Trim().ToLowerInvariant().Replace(' ', '-');
        }

        return string.IsNullOrEmpty(name) ? Unknown : name;
    }
}
