using System.Text.Json;
using System.Text.Json.Nodes;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Onboarding;

/// <summary>What the storefront tells when a checklist is opened; every member may be absent and then changes nothing.</summary>
/// <param name="Context">JSON object of the members that came: offer, addons, support, platform_contexts.</param>
public sealed record StartJourney(string? ReferralCode, string Context)
{
    private const int MaxListed = 100;

    /// <summary>Characters of JSON; a checklist is no place for files.</summary>
    private const int MaxContext = 65_536;

    public static StartJourney Read(Fields fields)
    {
        var context = new JsonObject();
        Take(context, "offer", fields.Object("offer"));
        Take(context, "addons", List(fields, "addons"));
        Take(context, "support", fields.Object("support"));
        var contexts = fields.List("platformContexts", MaxListed, also: "platform_contexts").Select(PlatformContext).ToArray();
        if (contexts.Length > 0)
        {
            context["platform_contexts"] = new JsonArray([.. contexts]);
        }

        var kept = context.ToJsonString();
        if (kept.Length > MaxContext)
        {
            fields.Error("offer", $"Offer, addons, support and platform contexts together may have {MaxContext} characters.", "too_large");
        }

        return new StartJourney(fields.Text("referralCode", max: 255, also: "referral_code"), kept);
    }

    private static JsonElement? List(Fields fields, string name)
    {
        fields.List(name, MaxListed);
        if (!fields.Json.TryGetProperty(name, out var list) || list.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        if (StorableJson.ProblemOf(list) is { } problem)
        {
            fields.Error(name, problem, "json_value");
        }

        return list;
    }

    private static JsonObject PlatformContext(Fields fields)
    {
        fields.Called("PlatformContext");
        return new()
        {
            ["id"] = fields.RequiredText("id", max: 255),
            ["label"] = fields.RequiredText("label", max: 255),
            ["handle"] = fields.Text("handle", max: 255),
            ["platformType"] = fields.Text("platformType", max: 64, also: "platform_type"),
        };
    }

    private static void Take(JsonObject context, string name, JsonElement? value)
    {
        if (value is { } element)
        {
            context[name] = JsonNode.Parse(element.GetRawText());
        }
    }
}
