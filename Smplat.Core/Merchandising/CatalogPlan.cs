using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Smplat.Core.Merchandising;

/// <summary>One product or bundle that a promotion changes.</summary>
/// <param name="Kind"><c>product</c> or <c>bundle</c>.</param>
/// <param name="Before">What the target has; null for one that it lacks.</param>
/// <param name="After">What the source has, and the target will have.</param>
public sealed record CatalogChange(string Kind, string Slug, JsonObject? Before, JsonObject After)
{
    public const string Product = "product";
    public const string Bundle = "bundle";

    /// <summary><c>create</c> or <c>update</c>.</summary>
    public string Action => Before is null ? "create" : "update";

    /// <summary>The members that differ, with their JSON before and after; all of them for one that is new.</summary>
    public IEnumerable<(string Member, string? Before, string? After)> Differences() =>
        After.Where(member => Before is null || !JsonNode.DeepEquals(Before[member.Key], member.Value))
            .Select(member => (member.Key, Before?[member.Key]?.ToJsonString(CatalogPlan.Plain), member.Value?.ToJsonString(CatalogPlan.Plain)));
}

/// <summary>
/// What a promotion does to a catalog, as it is shown and then applied. The file of a plan carries the SHA-256 of its content: a
/// plan that was edited is refused, so that nothing is applied that was not shown.
/// </summary>
public sealed class CatalogPlan
{
    private const string FormatName = "smplat-catalog-plan/1";
    private const string HashName = "hash";

    internal static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonSerializerOptions Indented = new(Plain) { WriteIndented = true };

    private readonly JsonObject _content;

    private CatalogPlan(JsonObject content)
    {
        _content = content;
        Id = HashOf(content);
        Changes =
        [
            .. content["changes"]!.AsArray().Select(change => new CatalogChange(
                change!["kind"]!.GetValue<string>(), change["slug"]!.GetValue<string>(), change["before"]?.AsObject(), change["after"]!.AsObject())),
        ];
    }

    /// <summary>The hash of the plan, which names the promotion.</summary>
    public string Id { get; }

    public IReadOnlyList<CatalogChange> Changes { get; }

    /// <summary>Products and bundles that are the same on both sides.</summary>
    public int Unchanged => _content["unchanged"]!.GetValue<int>();

    /// <summary>Slugs that only the target has; they stay.</summary>
    public IReadOnlyList<string> OnlyInTarget => Texts("only_in_target");

    /// <summary>Products whose uploaded media the target lacks; files are not promoted.</summary>
    public IReadOnlyList<string> MediaToUpload => Texts("media_to_upload");

    internal static CatalogPlan Create(CatalogState source, CatalogState target, DateTimeOffset now)
    {
        var changes = new JsonArray();
        var unchanged = 0;
        foreach (var (kind, slug, after) in source.Entries)
        {
            var before = target.Find(kind, slug);
            if (before is not null && JsonNode.DeepEquals(before, after))
            {
                unchanged++;
                continue;
            }

            changes.Add(new JsonObject { ["kind"] = kind, ["slug"] = slug, ["before"] = before?.DeepClone(), ["after"] = after.DeepClone() });
        }

        return new(new()
        {
            ["format"] = FormatName,
            ["created_at"] = now,
            ["changes"] = changes,
            ["unchanged"] = unchanged,
            ["only_in_target"] = new JsonArray(
                [.. target.Entries.Where(entry => source.Find(entry.Kind, entry.Slug) is null).Select(entry => JsonValue.Create(entry.Slug))]),
            ["media_to_upload"] = new JsonArray([.. source.Uploads.Except(target.Uploads).Order(StringComparer.Ordinal).Select(slug => JsonValue.Create(slug))]),
        });
    }

    /// <summary>The plan as the text of a file.</summary>
    public string ToText()
    {
        var file = _content.DeepClone().AsObject();
        file[HashName] = Id;
        return file.ToJsonString(Indented) + "\n";
    }

    /// <summary>Reads the text of a file.</summary>
    /// <param name="problem">Why it is not a plan that can be applied.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out CatalogPlan? plan, [NotNullWhen(false)] out string? problem)
    {
        (plan, problem) = (null, null);
        try
        {
            if (JsonNode.Parse(text) is not JsonObject content || content["format"]?.GetValue<string>() != FormatName)
            {
                problem = $"The file is not a plan ({FormatName}) of this version.";
                return false;
            }

            var stated = content[HashName]?.GetValue<string>();
            content.Remove(HashName);
            if (stated != HashOf(content))
            {
                problem = "The plan was changed after it was shown: its hash does not fit. Make a new one with --dry-run.";
                return false;
            }

            plan = new(content);
            return true;
        }
        catch (Exception unusable) when (unusable is JsonException or InvalidOperationException or NullReferenceException or FormatException)
        {
            problem = "The file is not a plan: it is damaged.";
            return false;
        }
    }

    private static string HashOf(JsonObject content) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content.ToJsonString(Plain))));

    private string[] Texts(string member) => [.. _content[member]!.AsArray().Select(text => text!.GetValue<string>())];
}

/// <summary>The whole catalog of one environment at one moment, in the form in which catalogs are compared.</summary>
internal sealed class CatalogState
{
    private readonly Dictionary<(string Kind, string Slug), JsonObject> _entries = [];

    public CatalogState(IEnumerable<Product> products, IEnumerable<Bundle> bundles, IEnumerable<string> uploads)
    {
        foreach (var product in products)
        {
            _entries[(CatalogChange.Product, product.Slug)] = JsonNode.Parse(Snapshots.From(product))!.AsObject();
        }

        foreach (var bundle in bundles)
        {
            _entries[(CatalogChange.Bundle, bundle.BundleSlug)] = BundleSnapshots.From(bundle);
        }

        Uploads = [.. uploads];
    }

    /// <summary>Products before bundles, each by slug.</summary>
    public IEnumerable<(string Kind, string Slug, JsonObject Content)> Entries =>
        _entries.OrderByDescending(entry => entry.Key.Kind, StringComparer.Ordinal).ThenBy(entry => entry.Key.Slug, StringComparer.Ordinal)
            .Select(entry => (entry.Key.Kind, entry.Key.Slug, entry.Value));

    /// <summary>Slugs of products with uploaded media.</summary>
    public IReadOnlyList<string> Uploads { get; }

    public JsonObject? Find(string kind, string slug) => _entries.GetValueOrDefault((kind, slug));
}

/// <summary>All that operators can change of a bundle, as JSON.</summary>
internal static class BundleSnapshots
{
    public static JsonObject From(Bundle bundle) => new()
    {
        ["slug"] = bundle.BundleSlug,
        ["primary_product_slug"] = bundle.PrimaryProductSlug,
        ["title"] = bundle.Title,
        ["description"] = bundle.Description,
        ["savings_copy"] = bundle.SavingsCopy,
        ["cms_priority"] = bundle.CmsPriority,
        ["components"] = JsonNode.Parse(BundleComponent.ToJson(BundleComponent.Parse(bundle.Components))),
        ["price_rule"] = bundle.PriceRule,
        ["price_value"] = bundle.PriceValue,
        ["metadata"] = JsonNode.Parse(bundle.Metadata),
    };

    public static Bundle Apply(JsonObject state, Bundle bundle) => bundle with
    {
        PrimaryProductSlug = state["primary_product_slug"]!.GetValue<string>(),
        Title = state["title"]!.GetValue<string>(),
        Description = state["description"]?.GetValue<string>(),
        SavingsCopy = state["savings_copy"]?.GetValue<string>(),
        CmsPriority = state["cms_priority"]!.GetValue<int>(),
        Components = state["components"]!.ToJsonString(),
        PriceRule = state["price_rule"]!.GetValue<string>(),
        PriceValue = state["price_value"]?.GetValue<decimal>(),
        Metadata = state["metadata"]!.ToJsonString(),
    };
}
