using System.Globalization;
using System.Text.Json.Serialization;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Guardrails;

/// <summary>What someone did about the guardrails of a provider. It is never changed or deleted.</summary>
public sealed record FollowUp
{
    public required Guid Id { get; init; }

    /// <summary>Follow-ups are numbered in the order in which they were committed, from 1. Numbers may be missing.</summary>
    [JsonIgnore]
    public long Position { get; init; }

    public required string ProviderId { get; init; }

    public string? ProviderName { get; init; }

    /// <summary>One of <see cref="FollowUpAction.All"/>.</summary>
    public required string Action { get; init; }

    public string? Notes { get; init; }

    public PlatformContext? PlatformContext { get; init; }

    public IReadOnlyList<FollowUpAttachment> Attachments { get; init; } = [];

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Slug of the experiment at which the conversion report was opened; null for the live report.</summary>
    public string? ConversionCursor { get; init; }

    public string? ConversionHref { get; init; }

    /// <summary><c>manual</c> or <c>automation</c>.</summary>
    public required string Source { get; init; }
}

/// <summary>The account or channel that a follow-up is about.</summary>
public sealed record PlatformContext(string Id, string Label, string? Handle, string? PlatformType);

/// <summary>Evidence: a file that was uploaded before.</summary>
/// <param name="Size">Bytes.</param>
public sealed record FollowUpAttachment(
    string Id, string FileName, string AssetUrl, string StorageKey, long? Size, string? ContentType, DateTimeOffset? UploadedAt);

/// <summary>Where a provider stands after its last follow-up.</summary>
public sealed record GuardrailStatus
{
    public required string ProviderId { get; init; }

    public string? ProviderName { get; init; }

    public required bool IsPaused { get; init; }

    public required string LastAction { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public Guid? LastFollowUpId { get; init; }
}

/// <summary>What can be done about a provider.</summary>
public static class FollowUpAction
{
    public const string Pause = "pause";

    public const string Resume = "resume";

    /// <summary>Hands the problem to operations; whether the provider is paused stays as it is.</summary>
    public const string Escalate = "escalate";

    public static readonly string[] All = [Pause, Resume, Escalate];
}

/// <summary>Who acted.</summary>
public static class FollowUpSource
{
    public const string Manual = "manual";

    public const string Automation = "automation";

    public static readonly string[] All = [Manual, Automation];
}

/// <summary>
/// A position in the list of a provider, newest first. Several follow-ups can have the same time, so the cursor includes the
/// number. A cursor that is only a time means everything before it.
/// </summary>
public readonly record struct FollowUpCursor(DateTimeOffset At, long Position)
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    public static FollowUpCursor From(FollowUp entry) => new(entry.CreatedAt, entry.Position);

    public static bool TryParse(string text, out FollowUpCursor cursor)
    {
        cursor = default;
        var parts = text.Split('_');
        if (parts.Length > 2 || !DateTimeOffset.TryParse(
            parts[0], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at))
        {
            return false;
        }

        var position = 0L;
        if (parts.Length == 2 && !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out position))
        {
            return false;
        }

        cursor = new(at, position);
        return true;
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{At.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)}_{Position}");
}

/// <summary>Links to the operators' pages of the storefront that a follow-up refers to.</summary>
public static class GuardrailLinks
{
    /// <summary>The conversion report: as it is now, or from the experiment at the cursor on.</summary>
    /// <param name="cursor">Slug of an experiment; null for the live report.</param>
    public static string Conversions(Uri frontend, string? cursor) => new Uri(
        frontend,
        $"admin/reports{(cursor is null ? "" : $"?conversionCursor={Uri.EscapeDataString(cursor)}")}#experiment-analytics").AbsoluteUri;

    /// <summary>The timeline of a provider's follow-ups.</summary>
    public static string Timeline(Uri frontend, string providerId) =>
        new Uri(frontend, $"admin/fulfillment/providers/{Uri.EscapeDataString(providerId)}?tab=automation").AbsoluteUri;

    /// <summary>A path of the storefront as a URL; a URL stays as it is.</summary>
    internal static string Absolute(Uri frontend, string link) =>
        link.StartsWith('/') ? new Uri(frontend, new Uri(link, UriKind.Relative)).AbsoluteUri : link;

    /// <summary>True for an http or https URL, and for a path on the storefront.</summary>
    internal static bool IsLink(string text) =>
        text is ['/', not '/', ..] || text == "/"
        || (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https");
}

/// <summary>Selects follow-ups of one provider.</summary>
public sealed record ListFollowUps(string ProviderId, FollowUpCursor? Before, int Limit)
{
    public static ListFollowUps Read(Fields fields)
    {
        var text = fields.Text("cursor", max: 100);
        var cursor = default(FollowUpCursor);
        if (text is not null && !FollowUpCursor.TryParse(text, out cursor))
        {
            fields.Error("cursor", "A time, or a cursor returned by this list, is expected.", "cursor_parsing");
        }

        return new(
            fields.RequiredText("providerId", 1, 128, isFilled: true).Trim(),
            text is null ? null : cursor,
            fields.Integer("limit", 1, 100) ?? 15);
    }
}
