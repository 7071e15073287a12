using System.Globalization;
using System.Text;

namespace Smplat.Cli.Commands.Incident;

/// <summary>The index of a snapshot for people: what was seen, what is kept, what is missing, what to fetch elsewhere.</summary>
internal static class SnapshotPage
{
    internal static string Write(SnapshotIndex index)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"# Snapshot of {index.TakenAt:u}\n\n");
        page.Append(CultureInfo.InvariantCulture, $"App: {index.Origin}. Failures are kept from {index.Since:u} on.\n\n## Seen\n\n");
        page.Append(string.Concat(index.Facts.Select(fact => $"- {OneLine(fact)}\n")));
        if (index.Facts.Count == 0)
        {
            page.Append("- Nothing could be asked.\n");
        }

        page.Append("\n## Parts\n\n| File | What | From | State |\n| --- | --- | --- | --- |\n");
        foreach (var part in index.Parts)
        {
            page.Append(CultureInfo.InvariantCulture, $"| {(part.State == SnapshotPart.Kept ? $"[{part.File}]({part.File})" : part.File)} ");
            page.Append(CultureInfo.InvariantCulture, $"| {part.What} | {part.Source} | {State(part)} |\n");
        }

        page.Append("\n## Trace ids\n\n");
        page.Append(index.TraceIds.Count == 0 ? "No failed run in this time has one; give `--logs` for those of the log.\n" : string.Concat(index.TraceIds.Select(id => $"- `{id}`\n")));
        return page.Append(Elsewhere(index)).ToString();
    }

    private static string State(SnapshotPart part) => part.State == SnapshotPart.Kept
        ? string.Create(CultureInfo.InvariantCulture, $"kept, {part.Bytes} bytes")
        : $"**{part.State.Replace('_', ' ')}**: {OneLine(part.Reason ?? "")}";

    private static string Elsewhere(SnapshotIndex index) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""

        ## Fetch elsewhere

        Spans of the OTLP collector: `service.name` is `smplat-api` or `smplat-web`, from {{index.Since:O}} to {{index.TakenAt:O}}.

        Failed actions in Azure Monitor:

        ```kusto
        union traces, exceptions
        | where timestamp between (datetime({{index.Since.UtcDateTime:O}}) .. datetime({{index.TakenAt.UtcDateTime:O}}))
        | where message startswith "server_action_failed" or tostring(customDimensions["EventName"]) == "server_action_failed"
        | project timestamp, operation_Id, message, customDimensions
        ```

        """);

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Replace("|", "\\|", StringComparison.Ordinal);
}
