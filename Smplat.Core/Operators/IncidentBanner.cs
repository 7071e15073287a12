using Smplat.Core.Platform.Input;

namespace Smplat.Core.Operators;

/// <summary>A notice that operators put up for one another during an incident.</summary>
/// <param name="Message">1 to 500 characters.</param>
/// <param name="Severity"><c>info</c>, <c>warning</c> or <c>critical</c>.</param>
/// <param name="Reference">A trace, span or ticket that the notice speaks of.</param>
public sealed record IncidentBanner(string Message, string Severity, string SetBy, string? Reference, DateTimeOffset SetAt)
{
    public static readonly IReadOnlyList<string> Severities = ["info", "warning", "critical"];

    /// <summary>Reads a new banner from a request; the time is filled in when it is put up.</summary>
    public static IncidentBanner Read(Fields fields) => new(
        fields.RequiredText("message", 1, 500),
        fields.Label("severity", Severities) ?? "info",
        fields.RequiredText("set_by", 1, 100),
        fields.Text("reference", 1, 200),
        default);
}
