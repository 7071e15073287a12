using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Smplat.Core.Guardrails;

namespace Smplat.Cli.Commands;

/// <summary>
/// <c>smplat catalog qa-macro</c>: the text of a catalog QA escalation for Slack. It cites the conversion report and the follow-ups
/// of each provider as the app has them, and refuses when one of them is missing.
/// </summary>
public sealed class QaMacroCommand : ICommandModule
{
    private const string Group = "catalog";

    private static readonly Option<string[]> Provider = new("--provider")
    {
        Description = "Id of the provider; may be repeated, one block each.",
        Required = true,
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<string?> Cursor = new("--cursor")
    {
        Description = "Slug of the experiment from which the conversion report is cited. Without it the live report is.",
    };

    private static readonly Option<string> Issue = new("--issue")
    {
        Description = "The issue in a short sentence.",
        DefaultValueFactory = _ => "‹describe the issue›",
    };

    private static readonly Option<string?> FrontendUrl = new("--frontend-url")
    {
        Description = "Origin of the storefront's operator pages, for links. Default: FRONTEND_URL from the environment.",
    };

    /// <summary>Adds to the group, which other modules may have made.</summary>
    public void AddTo(RootCommand root)
    {
        if (root.Subcommands.FirstOrDefault(command => command.Name == Group) is not { } group)
        {
            root.Subcommands.Add(group = new Command(Group, "Work on the catalog."));
        }

        var macro = new CliCommand(
            "qa-macro",
            "Print a catalog QA escalation for Slack, with the conversion report and the follow-ups of the provider. Needs an API key.",
            "smplat catalog qa-macro --provider provider-b --issue \"Bundle shows the wrong price\"",
            "smplat catalog qa-macro --provider provider-a provider-b --cursor spring-price --frontend-url https://shop.example.com")
        {
            Provider, Cursor, Issue, FrontendUrl, ApiOptions.BaseUrl, ApiOptions.ApiKey, ApiOptions.Timeout,
        };
        macro.SetWork(RunAsync);
        group.Subcommands.Add(macro);
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var frontend = Frontend(parsed.GetValue(FrontendUrl) ?? CliConfiguration.Build(null)["FRONTEND_URL"]);
        var cursor = parsed.GetValue(Cursor);
        using var api = ApiOptions.Connect(parsed);
        if (cursor is not null && !await HasExperimentAsync(api, cursor, cancellationToken))
        {
            return CliCommand.Fail($"No experiment has the slug \"{cursor}\", so the link would show another slice. GET /api/v1/reporting/onboarding/experiment-conversions lists the slugs.");
        }

        var blocks = new List<QaMacro>();
        foreach (var provider in parsed.GetValue(Provider)!.Distinct())
        {
            var page = await api.GetAsync(
                $"/api/v1/reporting/guardrails/followups?limit=1&providerId={Uri.EscapeDataString(provider)}", cancellationToken);
            if (page.GetProperty("entries").EnumerateArray().FirstOrDefault() is not { ValueKind: JsonValueKind.Object } entry)
            {
                return CliCommand.Fail($"Provider \"{provider}\" has no follow-up to cite. Record one first: POST /api/v1/reporting/guardrails/followups.");
            }

            blocks.Add(QaMacro.From(provider, entry, page.GetProperty("status"), parsed.GetValue(Issue)!, cursor, frontend));
        }

        return parsed.Show(blocks, string.Join("\n\n", blocks.Select(block => block.ToSlack())));
    }

    private static Uri Frontend(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw new UsageException("Without the storefront's address there is no conversion link: pass --frontend-url or set FRONTEND_URL.");

    private static async Task<bool> HasExperimentAsync(ApiClient api, string slug, CancellationToken cancellationToken)
    {
        string? next = null;
        do
        {
            var page = await api.GetAsync(
                $"/api/v1/reporting/onboarding/experiment-conversions?limit=100{(next is null ? "" : $"&cursor={Uri.EscapeDataString(next)}")}", cancellationToken);
            if (page.GetProperty("metrics").EnumerateArray().Any(metric => metric.GetProperty("slug").GetString() == slug))
            {
                return true;
            }

            next = page.GetProperty("nextCursor").GetString();
        }
        while (next is not null);

        return false;
    }
}

/// <summary>The escalation of one provider.</summary>
internal sealed record QaMacro
{
    public required string ProviderId { get; init; }

    public required string ProviderName { get; init; }

    public required string Issue { get; init; }

    public required string GuardrailAction { get; init; }

    public required string Notes { get; init; }

    public required string FollowUpId { get; init; }

    public required DateTimeOffset FollowUpAt { get; init; }

    public required string TimelineHref { get; init; }

    public required string ConversionLabel { get; init; }

    public required string ConversionHref { get; init; }

    public string? PlatformContext { get; init; }

    public required IReadOnlyList<string> Attachments { get; init; }

    /// <param name="entry">The provider's newest follow-up, as the app answers it.</param>
    public static QaMacro From(string provider, JsonElement entry, JsonElement status, string issue, string? cursor, Uri frontend) => new()
    {
        ProviderId = provider,
        ProviderName = Set(entry.Text("providerName")) ?? Set(status.Text("providerName")) ?? provider,
        Issue = issue,
        GuardrailAction = entry.Text("action") switch
        {
            FollowUpAction.Pause => "Paused variant",
            FollowUpAction.Resume => "Resumed automation",
            FollowUpAction.Escalate => "Escalated to ops",
            var other => other,
        },
        Notes = Set(entry.Text("notes")) ?? "‹add notes›",
        FollowUpId = entry.Text("id"),
        FollowUpAt = entry.GetProperty("createdAt").GetDateTimeOffset(),
        TimelineHref = GuardrailLinks.Timeline(frontend, provider),
        ConversionLabel = cursor is null ? "Live conversion snapshot" : "Historical conversion slice",
        ConversionHref = GuardrailLinks.Conversions(frontend, cursor),
        PlatformContext = entry.TryGetProperty("platformContext", out var context) && context.ValueKind == JsonValueKind.Object
            ? Set($"{context.Text("label")} {context.Text("handle")}".Trim())
            : null,
        Attachments = [.. entry.GetProperty("attachments").EnumerateArray().Select(file => $"<{file.Text("assetUrl")}|{Escape(file.Text("fileName"))}>")],
        Cursor = cursor,
    };

    public string? Cursor { get; init; }

    /// <summary>Slack's own markup; values cannot mention people or make links.</summary>
    public string ToSlack()
    {
        var text = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $":warning: Catalog QA escalation: *{Escape(ProviderName)}* (`{Escape(ProviderId)}`)\n")
            .Append(CultureInfo.InvariantCulture, $"• Issue: {Escape(Issue)}\n")
            .Append(CultureInfo.InvariantCulture, $"• Guardrail action: {Escape(GuardrailAction)} · Notes: {Escape(Notes)}\n")
            .Append(CultureInfo.InvariantCulture, $"• Conversion: <{ConversionHref}|{ConversionLabel}>{(Cursor is null ? "" : $" (cursor {Escape(Cursor)})")}\n")
            .Append(CultureInfo.InvariantCulture, $"• Follow-up timeline: <{TimelineHref}|{FollowUpId}, {FollowUpAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC>\n");
        if (PlatformContext is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"• Platform context: {Escape(PlatformContext)}\n");
        }

        return text.Append(CultureInfo.InvariantCulture, $"• Attachments: {(Attachments.Count == 0 ? "none" : string.Join(", ", Attachments))}").ToString();
    }

    private static string Escape(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal);

    private static string? Set(string text) => text.Length == 0 ? null : text;
}
